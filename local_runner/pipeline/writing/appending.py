"""Adds each row that flows have not given before to a folder of files, exactly once.

    <home>/<flow>/output/        what Spark's file sink has written, with its log of committed files
    <home>/<flow>/checkpoint/    how far the flow has read
    <data>/                      the committed files of all flows, by hard link: what readers see

A kill between any two steps is made good by the next run.
"""

import json
import os
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import Expectation, Flow
from local_runner.pipeline.expectations import Checks, RuleCount
from local_runner.pipeline.reading import flow_folder
from local_runner.spark.connect_plan import observed


@dataclass(frozen=True)
class Written:
    """How many rows were written, and each rule's counts."""

    rows: int = 0
    expectations: list[RuleCount] = field(default_factory=list)

    def __add__(self, other: "Written") -> "Written":
        counts = {count.name: count for count in self.expectations}
        for count in other.expectations:
            before = counts.get(count.name, RuleCount(count.name, count.action, 0, 0))
            counts[count.name] = replace(before, passed=before.passed + count.passed, failed=before.failed + count.failed)
        return Written(self.rows + other.rows, list(counts.values()))


@dataclass(frozen=True)
class Query:
    """A flow's DataFrame (a batch where the flow runs once, else a stream), and the rules that its rows meet."""

    flow: Flow
    frame: Any
    checks: Checks


@dataclass(frozen=True)
class Files:
    """How rows become files: a format of Spark's, and its options."""

    format: str = "parquet"
    options: Mapping[str, str] = field(default_factory=dict)


PARQUET = Files()
# Spark's words where a checkpoint was written by a query with other sources, or other aggregates, joins or duplicates.
_OTHER_QUERY = re.compile(
    r"sources in the checkpoint offsets|STATE_STORE_(?:KEY|VALUE)_SCHEMA_NOT_COMPATIBLE|NOT_MATCH_IN_STATE_METADATA"
)


def append(queries: list[Query], rules: list[Expectation], home: Path, data: Path, files: Files = PARQUET) -> Written:
    """Add the new rows of each query that the `rules` let through."""
    total = Written(expectations=[RuleCount(rule.name, rule.action, 0, 0) for rule in rules])
    data.mkdir(parents=True, exist_ok=True)
    for query in queries:
        folder = flow_folder(home, query.flow.name)
        add = _append_once if query.flow.once else _append_new
        total += add(query, rules, folder, files)
        link_files(folder / "output", data)
    return total


def write_batch(query: Query, rules: list[Expectation], folder: Path, files: Files = PARQUET) -> Written:
    """Write all rows that the `rules` let through to `folder`, in the place of what it holds."""
    checks = query.checks
    frame = checks.on(checks.on(query.frame, rules), [])
    frame.write.format(files.format).options(**files.options).mode("overwrite").save(str(folder))
    return Written(checks.rows(checks.observed()), checks.counts(checks.observed()))


def _append_once(query: Query, rules: list[Expectation], home: Path, files: Files) -> Written:
    if (home / "output").exists():
        return Written()
    # A folder of its own: a server whose runner was killed may still be writing the last one.
    staged = home / f"staged-{uuid.uuid4().hex[:12]}"
    written = write_batch(query, rules, staged, files)
    os.replace(staged, home / "output")
    return written


def _append_new(query: Query, rules: list[Expectation], home: Path, files: Files) -> Written:
    checks = query.checks
    writer = (
        checks.on(checks.on(query.frame, rules), [])
        .writeStream.format(files.format)
        .options(**files.options)
        .option("checkpointLocation", str(home / "checkpoint"))
        .trigger(availableNow=True)
    )
    stream = _started(writer, home / "output", query.flow)
    try:
        stream.awaitTermination()
    except Exception as error:
        if _OTHER_QUERY.search(str(error)):
            table = query.flow.target.table
            raise fail(
                f"the stream {query.flow.name} has become another query: it cannot go on where its last run stopped",
                f"Make {table} anew: --full-refresh {table}. Or take the change back: nothing is lost",
                query.flow.location,
            ) from error
        raise
    finally:
        if stream.isActive:
            stream.stop()
    total = Written()
    for metrics in map(observed, stream.recentProgress):
        total += Written(checks.rows(metrics), checks.counts(metrics))
    return total


def _started(writer: Any, output: Path, flow: Flow) -> Any:
    from pyspark.errors import PySparkException

    try:
        return writer.start(str(output))
    except PySparkException as error:
        if error.getCondition() != "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION":
            raise
        raise fail(
            f"{flow.name} aggregates a stream without a watermark, which local runs do not do",
            "Make it a materialized view, or add .withWatermark(…) and group by a window of that time",
            flow.location,
        ) from error


def link_files(output: Path, data: Path) -> None:
    """Give each file that the sink has committed its name in `data`; files of a broken batch never get one.

    `_spark_metadata` is the sink's log: a first line with its version, then one JSON object a committed file.
    """
    log = output / "_spark_metadata"
    if log.is_dir():
        lines = [line for file in log.iterdir() if not file.name.startswith(".") for line in file.read_text().splitlines()]
        files = [Path(unquote(urlparse(json.loads(line)["path"]).path)) for line in lines if line.startswith("{")]
    else:
        files = list(output.glob("part-*"))
    for file in files:
        target = data / file.name
        if not target.exists():
            os.link(file, target)
