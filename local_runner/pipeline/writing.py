"""Writes one dataset's rows: a materialized view whole, a streaming table by what is new."""

import json
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlparse

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import Dataset, Flow
from local_runner.pipeline.expectations import RuleCount, counted, with_expectations
from local_runner.pipeline.graph import declared_schema, merged
from local_runner.spark.connect_plan import observed
from local_runner.tables import TableEntry, TableStore


@dataclass(frozen=True)
class Written:
    """How many rows were written, and each rule's counts."""

    rows: int = 0
    expectations: list[RuleCount] = field(default_factory=list)


def write_materialized_view(dataset: Dataset, frame: Any, store: TableStore, pipeline: str) -> Written:
    """Compute `frame` whole beside the last good version, then put it in that one's place."""
    version = store.new_version(dataset.name)
    try:
        written, schema = _write_batch(dataset, frame, store.version_folder(dataset.name, version) / "data")
    except BaseException:
        store.discard(dataset.name, version)
        raise
    store.publish(_entry(dataset, "materialized view", version, schema, pipeline))
    return written


def write_streaming_table(
    dataset: Dataset,
    flows: list[Flow],
    frame_of: Callable[[Flow], Any],
    sources: dict[str, str],
    store: TableStore,
    pipeline: str,
    full_refresh: bool,
) -> Written:
    """Add to the table each row that its flows have not seen yet, exactly once.

    A flow's own folder holds what Spark's file sink has written, with its checkpoint and its log of committed files;
    committed files are then linked into the table's data. A kill between any two steps is made good by the next run.
    `sources` are the versions of the tables read as streams: a table made anew upstream would be read twice.
    """
    entry = None if full_refresh else store.find(dataset.name)
    if entry and entry.sources != sources and (changed := _made_anew(entry.sources, sources)):
        table = dataset.name.table
        raise fail(
            f"{changed} was made anew since {table} last read it: its rows would be counted twice",
            f"Make {table} anew too: --full-refresh {table}",
            dataset.location,
        )
    if entry is None:
        entry = _entry(dataset, "streaming table", store.new_version(dataset.name), None, pipeline)
    folder = store.version_folder(dataset.name, entry.version)
    total = Written(expectations=counted(dataset.expectations, {}))
    schema = _schema(entry)
    for flow in flows:
        frame = frame_of(flow)
        home = folder / "flows" / quote(flow.name, safe="")
        frame = _as_declared(frame, dataset)
        schema = merged(schema, frame.schema, dataset.name.table) if schema else frame.schema
        written = _write_once(dataset, frame, home) if flow.once else _write_stream(dataset, frame, home)
        total = _sum(total, written)
        _link_committed(home / "output", folder / "data")
    store.publish(replace(entry, schema=schema.jsonValue(), sources=sources))
    return total


def _write_batch(dataset: Dataset, frame: Any, folder: Path) -> tuple[Written, Any]:
    from pyspark.sql import Observation

    checked, written = Observation(), Observation()
    frame = _as_declared(frame, dataset)
    schema = frame.schema
    with_expectations(frame, dataset.expectations, checked, written).write.mode("overwrite").parquet(str(folder))
    return Written(written.get["rows"], counted(dataset.expectations, checked.get)), schema


def _write_once(dataset: Dataset, frame: Any, home: Path) -> Written:
    if (home / "output").exists():
        return Written(expectations=counted(dataset.expectations, {}))
    # A folder of its own: a server whose runner was killed may still be writing the last one.
    staged = home / f"staged-{uuid.uuid4().hex[:12]}"
    written, _ = _write_batch(dataset, frame, staged)
    os.replace(staged, home / "output")
    return written


def _write_stream(dataset: Dataset, frame: Any, home: Path) -> Written:
    query = (
        with_expectations(frame, dataset.expectations, "observed", "written")
        .writeStream.format("parquet")
        .option("checkpointLocation", str(home / "checkpoint"))
        .trigger(availableNow=True)
        .start(str(home / "output"))
    )
    try:
        query.awaitTermination()
    finally:
        if query.isActive:
            query.stop()
    total = Written(expectations=counted(dataset.expectations, {}))
    for progress in query.recentProgress:
        metrics = observed(progress)
        rows = metrics.get("written", {}).get("rows", 0)
        total = _sum(total, Written(rows, counted(dataset.expectations, metrics.get("observed", {}))))
    return total


def _link_committed(output: Path, data: Path) -> None:
    """Give each file that the sink has committed its name in the table; files of a broken batch never get one.

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


def _as_declared(frame: Any, dataset: Dataset) -> Any:
    schema = declared_schema(dataset.schema)
    return frame if schema is None else frame.to(schema)


def _entry(dataset: Dataset, kind: str, version: str, schema: Any, pipeline: str) -> TableEntry:
    return TableEntry(
        dataset.name, kind, version, schema and schema.jsonValue(), pipeline, dataset.comment, dataset.table_properties
    )


def _schema(entry: TableEntry) -> Any:
    from pyspark.sql.types import StructType

    return entry.schema and StructType.fromJson(entry.schema)


def _made_anew(before: dict[str, str], now: dict[str, str]) -> str | None:
    return next((name for name, version in before.items() if now.get(name, version) != version), None)


def _sum(one: Written, other: Written) -> Written:
    counts = [
        replace(a, passed=a.passed + b.passed, failed=a.failed + b.failed)
        for a, b in zip(one.expectations, other.expectations, strict=True)
    ]
    return Written(one.rows + other.rows, counts)
