"""Adds each row that flows have not given before to a folder of files, exactly once.

    <home>/<flow>/output/        what Spark's file sink has written, with its log of committed files
    <home>/<flow>/checkpoint/    how far the flow has read
    <data>/                      the committed files of all flows, by hard link: what readers see

A kill between any two steps is made good by the next run.
"""

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlparse

from local_runner.pipeline.definitions import Expectation, Flow
from local_runner.pipeline.expectations import RuleCount, counted, with_expectations
from local_runner.spark.connect_plan import observed


@dataclass(frozen=True)
class Written:
    """How many rows were written, and each rule's counts."""

    rows: int = 0
    expectations: list[RuleCount] = field(default_factory=list)


@dataclass(frozen=True)
class Files:
    """How rows become files: a format of Spark's, and its options."""

    format: str = "parquet"
    options: Mapping[str, str] = field(default_factory=dict)


PARQUET = Files()


def append(
    frames: list[tuple[Flow, Any]], rules: list[Expectation], home: Path, data: Path, files: Files = PARQUET
) -> Written:
    """Add the new rows of each flow's DataFrame (a batch where the flow runs once, else a stream)."""
    total = Written(expectations=counted(rules, {}))
    data.mkdir(parents=True, exist_ok=True)
    for flow, frame in frames:
        folder = flow_folder(home, flow.name)
        written = _append_once(frame, rules, folder, files) if flow.once else _append_new(frame, rules, folder, files)
        total = _sum(total, written)
        _link_committed(folder / "output", data)
    return total


def flow_folder(home: Path, flow: str) -> Path:
    """Where the flow of that name keeps its files."""
    return home / quote(flow, safe="")


def write_batch(frame: Any, rules: list[Expectation], folder: Path, files: Files = PARQUET) -> Written:
    """Write all rows of `frame` that the `rules` let through to `folder`, in the place of what it holds."""
    from pyspark.sql import Observation

    checked, written = Observation(), Observation()
    writer = with_expectations(frame, rules, checked, written).write.format(files.format).options(**files.options)
    writer.mode("overwrite").save(str(folder))
    return Written(written.get["rows"], counted(rules, checked.get))


def _append_once(frame: Any, rules: list[Expectation], home: Path, files: Files) -> Written:
    if (home / "output").exists():
        return Written(expectations=counted(rules, {}))
    # A folder of its own: a server whose runner was killed may still be writing the last one.
    staged = home / f"staged-{uuid.uuid4().hex[:12]}"
    written = write_batch(frame, rules, staged, files)
    os.replace(staged, home / "output")
    return written


def _append_new(frame: Any, rules: list[Expectation], home: Path, files: Files) -> Written:
    query = (
        with_expectations(frame, rules, "observed", "written")
        .writeStream.format(files.format)
        .options(**files.options)
        .option("checkpointLocation", str(home / "checkpoint"))
        .trigger(availableNow=True)
        .start(str(home / "output"))
    )
    try:
        query.awaitTermination()
    finally:
        if query.isActive:
            query.stop()
    total = Written(expectations=counted(rules, {}))
    for progress in query.recentProgress:
        metrics = observed(progress)
        rows = metrics.get("written", {}).get("rows", 0)
        total = _sum(total, Written(rows, counted(rules, metrics.get("observed", {}))))
    return total


def _link_committed(output: Path, data: Path) -> None:
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


def _sum(one: Written, other: Written) -> Written:
    counts = [
        replace(a, passed=a.passed + b.passed, failed=a.failed + b.failed)
        for a, b in zip(one.expectations, other.expectations, strict=True)
    ]
    return Written(one.rows + other.rows, counts)
