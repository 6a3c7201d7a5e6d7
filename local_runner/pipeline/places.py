"""The line of a query that an error of Spark's is about, where its words tell more than its traceback."""

import inspect
import re
from dataclasses import replace

from local_runner.diagnostics import Diagnostic, Location
from local_runner.pipeline.definitions import Flow
from local_runner.pipeline.sources.loading import line_at
from local_runner.spark.errors import names_in, words

_LINE = re.compile(r"\bline (\d+),? pos \d+")


def placed(problem: Diagnostic, error: Exception, flow: Flow) -> Diagnostic:
    """`problem`, which `error` has made of the query of `flow`, with the line at fault in the place of the flow's own."""
    place = _place(error, flow) if problem.location == flow.location else None
    return replace(problem, location=place, detail=f"{line_at(place)}\n{problem.detail}") if place else problem


def _place(error: Exception, flow: Flow) -> Location | None:
    if flow.location.file.endswith(".sql"):
        # A query of a SQL file has as many lines above it as there.
        found = _LINE.search(words(error))
        return replace(flow.location, line=int(found[1])) if found else None
    try:
        lines, first = inspect.getsourcelines(flow.query)
    except (OSError, TypeError):
        return None
    names = "|".join(map(re.escape, names_in(error)))
    having = [number for number, line in enumerate(lines) if names and re.search(rf"(?<!\w)(?:{names})(?!\w)", line)]
    # Of several lines, none is the one.
    return replace(flow.location, line=first + having[0]) if len(having) == 1 else None
