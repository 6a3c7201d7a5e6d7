"""Expectations: rules that rows must meet, counted in the same pass that writes the rows.

A rule that is NULL for a row has failed, as in Databricks: a filter keeps only what is true.
"""

import re
from dataclasses import dataclass
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.definitions import Action, Expectation

_REFUSED = re.compile(r"(?:expectation .+? failed|a change has no (?:key|sequence)): the row .*")


@dataclass(frozen=True)
class RuleCount:
    """How many rows passed and failed one rule."""

    name: str
    action: Action
    passed: int
    failed: int


def with_expectations(frame: Any, rules: list[Expectation], observed: Any, written: Any = None) -> Any:
    """`frame` without the rows that a DROP rule refuses; a FAIL rule raises for its first row.

    `observed` and `written` (an Observation, or a name for a stream) receive the counts of `counted`.
    """
    from pyspark.sql import functions as F

    failures = [F.count_if(~_holds(rule)).alias(f"failed_{index}") for index, rule in enumerate(rules)]
    frame = frame.observe(observed, F.count(F.lit(1)).alias("rows"), *failures)
    frame = enforced(frame, rules)
    return frame if written is None else frame.observe(written, F.count(F.lit(1)).alias("rows"))


def enforced(frame: Any, rules: list[Expectation]) -> Any:
    """`frame` without the rows that a DROP rule refuses; a FAIL rule raises for its first row. Nothing is counted."""
    for rule in rules:
        if rule.action is Action.FAIL:
            frame = frame.filter(refusing(_holds(rule), f"expectation {rule.name} failed"))
    for rule in rules:
        if rule.action is Action.DROP:
            frame = frame.filter(_holds(rule))
    return frame


def _holds(rule: Expectation) -> Any:
    from pyspark.sql import functions as F

    return F.coalesce(as_column(rule.condition).cast("boolean"), F.lit(False))


def check_rules(frame: Any, rules: list[Expectation], location: Location) -> None:
    """Raises Failure for the first rule that is no condition on the columns of `frame`."""
    if _error(frame, rules) is None:
        return
    for rule in rules:
        if error := _error(frame, [rule]):
            words = str(error).split("\n\nJVM stacktrace:")[0].splitlines()[0]
            raise fail(f"expectation {rule.name} does not work: {words}", "Mend its condition", location) from error


def _error(frame: Any, rules: list[Expectation]) -> Exception | None:
    from pyspark.errors import PySparkException

    try:
        with_expectations(frame, rules, "graph").schema  # noqa: B018 - asking for the columns has Spark look at the rules
    except PySparkException as error:
        return error
    return None


def counted(rules: list[Expectation], metrics: dict[str, int]) -> list[RuleCount]:
    """The count of each rule, from what `observed` has received."""
    counts = []
    for index, rule in enumerate(rules):
        failed = metrics.get(f"failed_{index}", 0)
        counts.append(RuleCount(rule.name, rule.action, metrics.get("rows", 0) - failed, failed))
    return counts


def as_column(expression: Any) -> Any:
    """A SQL expression as a Spark Column; a Column as it is."""
    from pyspark.sql import functions as F

    return F.expr(expression) if isinstance(expression, str) else expression


def refusing(holds: Any, what: str) -> Any:
    """A filter that lets every row through, and raises `what` for the first one for which `holds` is not true."""
    from pyspark.sql import functions as F

    words = F.concat(F.lit(f"{what}: the row "), F.to_json(F.struct("*")))
    return F.when(holds, F.lit(True)).otherwise(F.raise_error(words))


def refused_row(message: str) -> str | None:
    """What `refusing` has said in Spark's `message`, with the row; None where Spark reports something else."""
    found = _REFUSED.search(message)
    return found[0] if found else None
