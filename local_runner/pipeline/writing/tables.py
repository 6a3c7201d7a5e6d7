"""Writes one dataset's rows: a materialized view whole, a streaming table by what is new."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import Dataset, Flow, Kind
from local_runner.pipeline.graph import as_declared, merged
from local_runner.pipeline.reading import FIXTURE, FlowState, flow_folder
from local_runner.pipeline.writing.appending import Query, Written, append, write_batch
from local_runner.pipeline.writing.auto_cdc import as_events, current_rows, on_upserts
from local_runner.pipeline.writing.snapshots import append_snapshots
from local_runner.tables import ChangeLog, TableEntry, TableStore


def write_materialized_view(dataset: Dataset, query: Query, store: TableStore, pipeline: str, full_refresh: bool) -> Written:
    """Compute `query` whole beside the last good version, then put it in that one's place."""
    if not full_refresh:
        _last(dataset, Kind.MATERIALIZED_VIEW, {}, store)
    version = store.new_version(dataset.name)
    query = replace(query, frame=as_declared(query.frame, dataset))
    try:
        written = write_batch(query, dataset.expectations, store.version_folder(dataset.name, version) / "data")
    except BaseException:
        store.discard(dataset.name, version)
        raise
    store.publish(_entry(dataset, Kind.MATERIALIZED_VIEW, pipeline, version, query.frame.schema))
    return written


def write_streaming_table(
    dataset: Dataset,
    flows: list[Flow],
    query_of: Callable[[Flow, FlowState], Query],
    sources: dict[str, str],
    store: TableStore,
    pipeline: str,
    full_refresh: bool,
) -> Written:
    """Add to the table each row that its flows have not seen yet, exactly once.

    `sources` are the versions of the tables read as streams: a table made anew upstream would be read twice.
    """
    entry = None if full_refresh else _last(dataset, Kind.STREAMING_TABLE, sources, store)
    entry = entry or _entry(dataset, Kind.STREAMING_TABLE, pipeline, store.new_version(dataset.name))
    folder = store.version_folder(dataset.name, entry.version)
    queries = [query_of(flow, flow_state(folder, flow)) for flow in flows]
    queries = [replace(query, frame=as_declared(query.frame, dataset)) for query in queries]
    schema = _with_columns(entry.schema, queries, dataset)
    queries = [replace(query, frame=_named_as(schema, query.frame)) for query in queries]
    written = append(queries, dataset.expectations, folder / "flows", folder / "data")
    store.publish(replace(entry, schema=schema.jsonValue(), sources=sources, pipeline=pipeline, active=True))
    return written


def write_auto_cdc_target(
    dataset: Dataset,
    flows: list[Flow],
    query_of: Callable[[Flow, FlowState], Query],
    sources: dict[str, str],
    store: TableStore,
    pipeline: str,
    full_refresh: bool,
) -> Written:
    """Add each new change event to the table's log, exactly once; then compute the table whole from all of them.

    So a late event counts as if it had come in time. `rows` and the rules' counts are of the new events.
    """
    entry = None if full_refresh else _last(dataset, Kind.AUTO_CDC_TARGET, sources, store)
    version = store.new_version(dataset.name)
    home = store.version_folder(dataset.name, entry.log.version if entry else version)
    events, rules = [], None
    for flow in flows:
        query = query_of(flow, flow_state(home, flow))
        frame, rules = as_events(query.frame, flow.changes, flow.location)
        events.append(replace(query, frame=frame))
    log = entry.log if entry else ChangeLog(version, rules.keys, rules.scd_type)
    before, now = (f"SCD type {one.scd_type} with the keys {', '.join(one.keys).lower()}" for one in (log, rules))
    if before != now:
        table = dataset.name.table
        raise fail(f"{table} is now of {now}, not of {before}", f"Make it anew: --full-refresh {table}", dataset.location)
    schema = _with_columns(log.schema, events, dataset)
    if flows[0].changes.snapshots:
        written = append_snapshots(dataset, flows[0], query_of, flow_state(home, flows[0]), home / "events")
    else:
        written = append(events, on_upserts(dataset.expectations), home / "flows", home / "events")
    log_rows = events[0].frame.sparkSession.read.schema(schema).parquet(str(home / "events"))
    rows = as_declared(current_rows(log_rows, rules), dataset)
    rows.write.mode("overwrite").parquet(str(store.version_folder(dataset.name, version) / "data"))
    entry = _entry(dataset, Kind.AUTO_CDC_TARGET, pipeline, version, rows.schema)
    store.publish(replace(entry, log=replace(log, schema=schema.jsonValue()), sources=sources))
    return written


def flow_state(version_folder: Path, flow: Flow) -> FlowState:
    return FlowState(flow_folder(version_folder / "flows", flow.name), writable=True)


def _last(dataset: Dataset, kind: Kind, sources: dict[str, str], store: TableStore) -> TableEntry | None:
    """The table as the last run left it, None where there is none. Raises Failure where it cannot be continued."""
    entry = store.find(dataset.name)
    table = dataset.name.table
    if entry and entry.kind != kind.value:
        summary = f"{table} has become another kind of dataset: {kind.value}, not {entry.kind} any more"
        raise fail(summary, f"Make it anew: --full-refresh {table}", dataset.location)
    if entry:
        refuse_made_anew(dataset, entry.sources, sources)
    return entry


def refuse_made_anew(dataset: Dataset, before: dict[str, str], now: dict[str, str]) -> None:
    """Raises Failure where a source has another version than when `dataset` last read it as a stream."""
    for name, version in before.items():
        if now.get(name, version) != version:
            table = dataset.name.table
            raise fail(
                f"the fixture of {name} was edited since {table} last read it: a stream reads a file once"
                if now[name].startswith(FIXTURE)
                else f"{name} was made anew since {table} last read it: its rows would be counted twice",
                f"Make {table} anew too: --full-refresh {table}",
                dataset.location,
            )


def _with_columns(before: dict[str, Any] | None, queries: list[Query], dataset: Dataset) -> Any:
    """The columns of the table so far, then those that are new. Raises Failure where one has changed its type."""
    from pyspark.sql.types import StructType

    schema = StructType.fromJson(before) if before else queries[0].frame.schema
    for query in queries:
        schema = merged(schema, query.frame.schema, dataset.name.table, dataset.location)
    return schema


def _named_as(schema: Any, frame: Any) -> Any:
    """`frame` with the case that `schema` writes its columns in: not every reader of files takes either for the other."""
    known = {name.lower(): name for name in schema.names}
    other = {name: known[name.lower()] for name in frame.columns if name not in schema.names}
    return frame.withColumnsRenamed(other) if other else frame


def _entry(dataset: Dataset, kind: Kind, pipeline: str, version: str, schema: Any = None) -> TableEntry:
    columns = schema and schema.jsonValue()
    return TableEntry(dataset.name, kind.value, version, columns, pipeline, dataset.comment, dataset.table_properties)
