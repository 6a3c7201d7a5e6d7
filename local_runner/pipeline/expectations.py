"""Expectations: rules that rows must meet, counted in the same pass that writes the rows.

A rule that is NULL for a row has failed, as in Databricks: a filter keeps only what is true.
"""

import re
from dataclasses import dataclass
from typing import Any

from local_runner.pipeline.definitions import Action, Expectation

_FAILED = re.compile(r"expectation (?P<name>.+?) failed for the row (?P<row>.*)", re.DOTALL)


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

    holds = [F.coalesce(F.expr(rule.condition).cast("boolean"), F.lit(False)) for rule in rules]
    failures = [F.count_if(~hold).alias(f"failed_{index}") for index, hold in enumerate(holds)]
    frame = frame.observe(observed, F.count(F.lit(1)).alias("rows"), *failures)
    for rule, hold in zip(rules, holds, strict=True):
        if rule.action is Action.FAIL:
            words = F.concat(F.lit(f"expectation {rule.name} failed for the row "), F.to_json(F.struct("*")))
            frame = frame.filter(F.when(hold, F.lit(True)).otherwise(F.raise_error(words)))
    for rule, hold in zip(rules, holds, strict=True):
        if rule.action is Action.DROP:
            frame = frame.filter(hold)
    return frame if written is None else frame.observe(written, F.count(F.lit(1)).alias("rows"))


def counted(rules: list[Expectation], metrics: dict[str, int]) -> list[RuleCount]:
    """The count of each rule, from what `observed` has received."""
    counts = []
    for index, rule in enumerate(rules):
        failed = metrics.get(f"failed_{index}", 0)
        counts.append(RuleCount(rule.name, rule.action, metrics.get("rows", 0) - failed, failed))
    return counts


def failed_expectation(message: str) -> str | None:
    """The words of the FAIL rule that Spark's `message` reports; None where it reports something else."""
    found = _FAILED.search(message)
    return f"expectation {found['name']} failed for the row {found['row'].splitlines()[0]}" if found else None
