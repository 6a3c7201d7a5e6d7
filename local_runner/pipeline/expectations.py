"""Expectations: rules that rows must meet, counted in the same pass that writes the rows.

A rule that is NULL for a row has failed, as in Databricks: a filter keeps only what is true.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.definitions import Action, Expectation
from local_runner.spark.errors import words

_REFUSED = re.compile(
    r"(?:expectation .+? failed|a change has no (?:key|sequence)): the row \{.*?\}(?=\s*(?:SQLSTATE|$))", re.MULTILINE
)


@dataclass(frozen=True)
class RuleCount:
    """How many rows passed and failed one rule."""

    name: str
    action: Action
    passed: int
    failed: int


class Checks:
    """The sets of rules that the rows of one query meet: in the views it reads, then in its dataset."""

    def __init__(self, streaming: bool) -> None:
        self._streaming = streaming
        self._sets: dict[str, tuple[list[Expectation], Any]] = {}

    def on(self, frame: Any, rules: list[Expectation]) -> Any:
        """`frame` as `enforced` leaves it, its rows and those that fail each rule counted as they are written."""
        from pyspark.sql import Observation
        from pyspark.sql import functions as F

        name = uuid.uuid4().hex
        observed = name if self._streaming else Observation(name)
        self._sets[name] = (rules, observed)
        failures = [F.count_if(~_holds(rule)).alias(f"failed_{index}") for index, rule in enumerate(rules)]
        return enforced(frame.observe(observed, F.count(F.lit(1)).alias("rows"), *failures), rules)

    def counts(self, metrics: Mapping[str, Mapping[str, int]]) -> list[RuleCount]:
        """The count of each rule, from what has been observed: by set, by metric."""
        return [
            RuleCount(rule.name, rule.action, received.get("rows", 0) - failed, failed)
            for name, (rules, _) in self._sets.items()
            for received in [metrics.get(name, {})]
            for index, rule in enumerate(rules)
            for failed in [received.get(f"failed_{index}", 0)]
        ]

    def rows(self, metrics: Mapping[str, Mapping[str, int]]) -> int:
        """How many rows met the last set."""
        return metrics.get(list(self._sets)[-1], {}).get("rows", 0)

    def observed(self) -> dict[str, dict[str, int]]:
        """What a batch that has been written gave, by set and metric; a stream's progress says it."""
        return {name: observation.get for name, (_, observation) in self._sets.items()}


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
            said = words(error).splitlines()[0]
            raise fail(f"expectation {rule.name} does not work: {said}", "Mend its condition", location) from error


def _error(frame: Any, rules: list[Expectation]) -> Exception | None:
    from pyspark.errors import PySparkException

    try:
        for rule in rules:
            frame = frame.filter(_holds(rule))
        _ = frame.isStreaming  # This has Spark look at the filters.
    except PySparkException as error:
        return error
    return None


def as_column(expression: Any) -> Any:
    """A SQL expression as a Spark Column; a Column as it is."""
    from pyspark.sql import functions as F

    return F.expr(expression) if isinstance(expression, str) else expression


def refusing(holds: Any, what: str) -> Any:
    """A filter that lets every row through, and raises `what` for the first one for which `holds` is not true."""
    from pyspark.sql import functions as F

    words = F.concat(F.lit(f"{what}: the row "), F.to_json(F.struct("*"), {"ignoreNullFields": "false"}))
    return F.when(holds, F.lit(True)).otherwise(F.raise_error(words))


def refused_row(message: str) -> str | None:
    """What `refusing` has said in Spark's `message`, with the row; None where Spark reports something else."""
    found = _REFUSED.search(message)
    return found[0] if found else None
