"""Runs a pipeline's source files, so that they record what they define."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from linecache import checkcache, getline
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location
from local_runner.pipeline.definitions import Definitions, recording
from local_runner.pipeline.sources.files import Source
from local_runner.pipeline.sources.pickling import pickling_by_value
from local_runner.spark.errors import missing_setting, places, words

_RUNNER = Path(__file__).parents[2]


def load_sources(sources: list[Source], definitions: Definitions, names: dict[str, Any], root: Path) -> None:
    """Run each file with `names` (`spark`, `dbutils`, …) as globals.

    Raises Failure with one diagnostic a file that does not run, holding the person's own lines under `root`.
    """
    problems: list[Diagnostic] = []
    for source in sources:
        try:
            with recording(definitions):
                source.run(definitions, names)
        except Failure as failure:
            problems += failure.diagnostics
        except Exception as error:
            problems.append(diagnose(error, f"{source.path.name} does not load", root, Location(str(source.path))))
    if problems:
        raise Failure(*problems)


@contextmanager
def importing_from(folders: list[Path], root: Path) -> Iterator[None]:
    """While this lasts, code imports from `folders` first; after it, no module of the bundle stays loaded.

    Another bundle's `common` must not be taken for this one's, nor yesterday's for today's. Functions that Spark runs
    take the bundle's modules along.
    """
    before = list(sys.path)
    loaded = set(sys.modules)
    sys.path[:0] = [str(folder) for folder in folders]
    try:
        with pickling_by_value(lambda: bundle_modules(root)):
            yield
    finally:
        sys.path[:] = before
        for name in bundle_modules(root) - loaded:
            del sys.modules[name]


def bundle_modules(root: Path) -> set[str]:
    """The names of the loaded modules whose file is the bundle's own code."""
    found = set()
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and _is_own(file, root):
            found.add(name)
    return found


def diagnose(error: BaseException, summary: str, root: Path, fallback: Location) -> Diagnostic:
    """An error of a person's code as a diagnostic: their own lines, and Spark's words without its Java stack."""
    steps = [Location(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        steps.append(Location(error.filename, error.lineno or 0))
    # Spark looks at a query later than it is written: it says itself which line is at fault.
    own = [step for step in [*steps, *places(error)] if _is_own(step.file, root)]
    detail = "\n".join([*map(line_at, dict.fromkeys(own)), f"{type(error).__name__}: {words(error)}"])
    return Diagnostic(summary, _remedy(error), own[-1] if own else fallback, detail=detail)


def _remedy(error: BaseException) -> str:
    """What to do about an error of a person's code, where that can be said."""
    if key := missing_setting(error):
        return f"Add {key} to the pipeline's resource, under `configuration`"
    if "CANNOT_INFER_EMPTY_SCHEMA" in str(error):
        return (
            "A query first runs on empty tables, for its columns: give createDataFrame a schema, as in 'id int, name string'"
        )
    if isinstance(error, FileNotFoundError) and str(error.filename).startswith(("/Volumes/", "/dbfs/")):
        return "Only Spark and dbutils.fs see volumes on this machine: read the file with spark.read or dbutils.fs.head"
    return ""


def line_at(place: Location) -> str:
    """A line of a file as it is shown below a message."""
    checkcache(place.file)
    return f"{Path(place.file).name}:{place.line}: {getline(place.file, place.line).strip()}"


def _is_own(file: str, root: Path) -> bool:
    """Whether `file` is the bundle's own code: neither this package nor a library installed under the bundle."""
    return (
        file.startswith(f"{root}/")
        and not file.startswith(f"{_RUNNER}/")
        and not {".venv", "site-packages"} & set(file.removeprefix(f"{root}/").split("/"))
    )
