"""Auto CDC from snapshots: whole states of a source, one after another, as the change events between them.

    <flow>/snapshots/<number>/    a snapshot's events: its rows, a delete of each key that it lacks, and one that says its
                                  version, even where it has no rows

What Databricks does: https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref-apply-changes-from-snapshot
"""

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.definitions import Dataset, Flow
from local_runner.pipeline.reading import FlowState, current_reader
from local_runner.pipeline.writing.appending import Query, Written, link_files, write_batch
from local_runner.pipeline.writing.auto_cdc import MARK, OPERATION, SEQUENCE, Rules, as_events, current_rows, on_upserts


class NoneLeft(Exception):
    """There is no snapshot after the last one."""


@dataclass(frozen=True)
class Snapshots:
    """Where a flow's snapshots come from.

    `after` gives the snapshot that follows a version (None for the first), and its version; None where there is none. A
    `periodic` source is a table or view, whose present state each run takes.
    """

    after: Callable[[Any], tuple[Any, Any] | None]
    periodic: bool

    def columns(self) -> Any:
        """A DataFrame with the columns of the next snapshot, or of the last one where none has come since."""
        last = _last(current_reader().state.folder)
        try:
            return self.following(last)[0]
        except NoneLeft:
            return _stored(last).drop(OPERATION)

    def following(self, last: Path | None) -> tuple[Any, Any]:
        """The snapshot after the one in `last`, with its version as column SEQUENCE; and the version, as a Column."""
        from pyspark.sql import functions as F

        version = _stored(last).where(F.col(OPERATION) == MARK).first()[SEQUENCE] if last else None
        given = self.after(version)
        if given is None and last:
            raise NoneLeft
        if given is None:
            raise fail("there is no first snapshot", "Return the first one where the last version is None")
        if not isinstance(given, tuple) or len(given) != 2 or given[1] is None:
            raise fail("a snapshot comes without a version", "Return a pair: the DataFrame and its version")
        frame, following = given
        if last and not following > version:
            raise fail(f"snapshot {following} comes after {version}", "Return snapshots in the order of their versions")
        sequence = F.lit(following).cast("bigint") if isinstance(following, int) else F.lit(following)
        return frame.withColumn(SEQUENCE, sequence), sequence


def append_snapshots(
    dataset: Dataset, flow: Flow, query_of: Callable[[Flow, FlowState], Query], state: FlowState, log: Path
) -> Written:
    """Add the events of each new snapshot to those in `log`; `rows` are the snapshots' own."""
    written = Written()
    log.mkdir(parents=True, exist_ok=True)
    for number in count(len(_all(state.folder))):
        for folder in _all(state.folder):
            link_files(folder, log)
        try:
            query, rules, version = _next(flow, query_of, state)
        except NoneLeft:
            break
        staged = state.folder / f"staged-{uuid.uuid4().hex[:12]}"
        written += write_batch(query, on_upserts(dataset.expectations), staged)
        _add_deletes(staged, log, query.frame, version, rules, flow.location)
        folder = state.folder / "snapshots" / f"{number:09}"
        folder.parent.mkdir(exist_ok=True)
        os.replace(staged, folder)
        link_files(folder, log)
        if flow.changes.snapshots.periodic:
            break
    return written


def _next(flow: Flow, query_of: Callable[[Flow, FlowState], Query], state: FlowState) -> tuple[Query, Rules, Any]:
    """The next snapshot's rows as events, the target's rules, and the snapshot's version as a Column."""
    versions = []

    def take() -> Any:
        frame, version = flow.changes.snapshots.following(_last(state.folder))
        versions.append(version)
        return frame

    query = query_of(replace(flow, query=take), state)
    events, rules = as_events(query.frame, flow.changes, flow.location)
    return replace(query, frame=events), rules, versions[-1]


def _add_deletes(folder: Path, log: Path, events: Any, version: Any, rules: Rules, location: Location) -> None:
    """Add to a snapshot's rows in `folder` a delete of each key that the log has and they lack, and the mark."""
    from pyspark.sql import functions as F

    spark, keys = events.sparkSession, rules.keys
    rows = spark.read.schema(events.schema).parquet(str(folder))
    if twice := rows.groupBy(*keys).count().where("count > 1").first():
        key = ", ".join(f"{name} {value}" for name, value in zip(keys, twice, strict=False))
        raise fail(f"a snapshot has {twice[-1]} rows of one key: {key}", "Leave one row of each key", location)
    known = current_rows(spark.read.schema(events.schema).parquet(str(log)), replace(rules, scd_type=1))
    gone = known.select(*keys).join(rows.select(*keys), keys, "left_anti").withColumn(OPERATION, F.lit("delete"))
    mark = spark.range(1).select(F.lit(MARK).alias(OPERATION))
    rest = gone.unionByName(mark, allowMissingColumns=True).withColumn(SEQUENCE, version)
    rows.limit(0).unionByName(rest, allowMissingColumns=True).write.mode("append").parquet(str(folder))


def _all(folder: Path | None) -> list[Path]:
    """The flow's snapshots that are whole, the oldest first."""
    return sorted((folder / "snapshots").glob("*")) if folder else []


def _last(folder: Path | None) -> Path | None:
    return next(reversed(_all(folder)), None)


def _stored(snapshot: Path) -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.active().read.parquet(str(snapshot))
