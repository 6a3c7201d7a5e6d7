"""Runs one pipeline of a resolved bundle: load its files, build its graph, write its tables in order."""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic, Failure, did_you_mean, fail
from local_runner.pipeline.dbutils import DBUtils, secrets_of, with_secrets
from local_runner.pipeline.definitions import Dataset, Definitions, Flow, Kind
from local_runner.pipeline.display import display
from local_runner.pipeline.expectations import Checks
from local_runner.pipeline.graph import Node, build_graph, frame_of
from local_runner.pipeline.lock import pipeline_lock
from local_runner.pipeline.makers import Makers
from local_runner.pipeline.problems import explain
from local_runner.pipeline.reading import AtSourceLevel, FlowState, StoredTables, reading_with
from local_runner.pipeline.result import DatasetResult, PipelineResult, Status
from local_runner.pipeline.shims import shims
from local_runner.pipeline.sources.files import read_sources
from local_runner.pipeline.sources.loading import importing_from, load_sources
from local_runner.pipeline.spec import fixtures_of, pipeline_spec
from local_runner.pipeline.writing.appending import Query, Written
from local_runner.pipeline.writing.edited_files import warn_of_edited
from local_runner.pipeline.writing.sinks import write_sink
from local_runner.pipeline.writing.tables import write_auto_cdc_target, write_materialized_view, write_streaming_table
from local_runner.spark.connect_plan import activate, with_conf
from local_runner.tables import TableName, TableStore
from local_runner.tables.volumes import Volumes

# Datasets written side by side; each already uses every core of the one Spark server.
WORKERS = 4


@dataclass(frozen=True)
class Selection:
    """Which datasets a run writes. `full_refresh` makes tables anew; with neither set, everything is updated."""

    refresh: frozenset[str] = frozenset()
    full_refresh: frozenset[str] = frozenset()
    full_refresh_all: bool = False
    dry_run: bool = False


EVERYTHING = Selection()


def run_pipeline(
    bundle: ResolvedBundle,
    key: str,
    spark: Any,
    selection: Selection = EVERYTHING,
    report: Callable[[DatasetResult], None] = lambda _: None,
    waiting: Callable[[str], None] | None = None,
) -> PipelineResult:
    """Run the pipeline `key` with the session `spark`; `report` hears of each dataset as it ends.

    Raises Failure where nothing could be run: a missing file, a cycle, a table that is nowhere, a pipeline that is
    running already, unless `waiting` is given to hear that its end is waited for. A dataset that fails is part of the
    result.
    """
    spec = pipeline_spec(bundle, key)
    state = bundle.root / ".local" / bundle.target
    fixtures = fixtures_of(bundle)
    store, volumes = TableStore(state), Volumes(state, fixtures)
    definitions = Definitions(spec.catalog, spec.schema)
    secrets = secrets_of(bundle.root)
    dbutils = DBUtils(volumes, spec.configuration, secrets)
    with ExitStack() as stack:
        if not selection.dry_run:
            stack.enter_context(pipeline_lock(state, key, waiting))
        sources = read_sources(spec.sources, bundle.root, spec.configuration)
        stack.enter_context(shims(spark, volumes, dbutils))
        stack.enter_context(importing_from(spec.import_roots, bundle.root))
        for name, value in with_secrets(spec.configuration, secrets).items():
            spark.conf.set(name, value)
        names = {"spark": spark, "dbutils": dbutils, "display": display}
        at_source_level = AtSourceLevel(definitions, StoredTables(spark, store, fixtures))
        with reading_with(at_source_level):
            load_sources(sources, definitions, names, bundle.root)
        # What is wrong elsewhere in the bundle may be why another pipeline is not there.
        others = {entry.pipeline for entry in store.all()} if bundle.errors else set()
        makers = Makers(key, definitions, others | bundle.value["resources"]["pipelines"].keys())
        if not selection.dry_run:
            # Even where the run is then refused: what the files define is known.
            makers.record(store)
        stored = StoredTables(spark, store, fixtures, makers)
        at_source_level.refuse_gone(stored)
        graph = build_graph(definitions, stored, at_source_level, spark, bundle.root)
        run = _Run(
            bundle, key, spark, definitions, graph, stored, store, volumes, _selected(selection, graph), selection, report
        )
        result = PipelineResult(key, run.run(), _finals(graph))
    if not selection.dry_run:
        result.save(state / "runs" / f"{key}.json")
    return result


def _selected(selection: Selection, graph: dict[TableName, Node]) -> set[TableName]:
    """The datasets to be written. Raises Failure where a name that was asked for is none of them."""
    asked = selection.refresh | selection.full_refresh
    tables = {name.table: name for name in graph} | {str(name): name for name in graph}
    if unknown := sorted(asked - tables.keys()):
        remedy = did_you_mean(unknown[0], tables, f"It has: {', '.join(sorted(name.table for name in graph))}")
        raise fail(f"this pipeline has no dataset {unknown[0]}", remedy)
    return {tables[name] for name in asked} or set(graph)


def _finals(graph: dict[TableName, Node]) -> list[TableName]:
    """The tables that nothing reads; none where a query does not work: what that one would read is not known."""
    if any(node.problem for node in graph.values()):
        return []
    read = {upstream for node in graph.values() for upstream in node.upstream}
    ends = [(name, node) for name, node in graph.items() if name not in read and node.kind in _TABLES]
    return [name for name, node in ends if not node.dataset.private]


_TABLES = (Kind.STREAMING_TABLE, Kind.AUTO_CDC_TARGET, Kind.MATERIALIZED_VIEW)


@dataclass
class _Run:
    """One run in progress. `done` fills with the results, by name, in the order the datasets end.

    `clones` are the sessions of flows with settings of their own.
    """

    bundle: ResolvedBundle
    key: str
    spark: Any
    definitions: Definitions
    graph: dict[TableName, Node]
    stored: StoredTables
    store: TableStore
    volumes: Volumes
    selected: set[TableName]
    selection: Selection
    report: Callable[[DatasetResult], None]
    done: dict[TableName, DatasetResult] = field(default_factory=dict)
    clones: list[Any] = field(default_factory=list)

    def run(self) -> list[DatasetResult]:
        """Write the datasets, and leave nothing on the server."""
        try:
            return self._run()
        finally:
            for session in self.clones:
                session.stop()

    def _run(self) -> list[DatasetResult]:
        waiting = dict(self.graph)
        running: dict[Future[DatasetResult], TableName] = {}
        with ThreadPoolExecutor(WORKERS) as pool:
            while waiting or running:
                for name in [name for name, node in waiting.items() if node.upstream <= self.done.keys()]:
                    node = waiting.pop(name)
                    if result := self._without_work(node):
                        self._finish(name, result)
                    else:
                        running[pool.submit(self._write, node)] = name
                if running:
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        self._finish(running.pop(future), future.result())
        return [self.done[name] for name in self.graph if self._is_told(name)]

    def _finish(self, name: TableName, result: DatasetResult) -> None:
        self.done[name] = result
        if self._is_told(name):
            self.report(result)

    def _is_told(self, name: TableName) -> bool:
        """Whether the person hears of it: of a view, which stores nothing, in a dry run alone, or where it fails."""
        is_view = self.graph[name].kind is Kind.TEMPORARY_VIEW
        return not is_view or self.selection.dry_run or self.done[name].problem is not None

    def _without_work(self, node: Node) -> DatasetResult | None:
        """The result of a dataset for which there is nothing to do; None where it is to be written."""
        name = node.dataset.name
        broken = self._broken_upstream(node)
        if name not in self.selected and node.kind is not Kind.TEMPORARY_VIEW and (broken or not node.problem):
            return self._result(node, Status.EXCLUDED, reason="not selected")
        if broken:
            return self._result(node, Status.SKIPPED, reason=f"upstream {broken.table} failed")
        if node.problem:
            return self._failed(node, node.problem)
        if node.kind is Kind.TEMPORARY_VIEW:
            return self._result(node, Status.COMPLETED)
        if self.selection.dry_run:
            return self._result(node, Status.COMPLETED)
        return None

    def _broken_upstream(self, node: Node) -> TableName | None:
        """The failed dataset, near or far, without which the node's query does not work."""
        for upstream in sorted(node.upstream):
            status = self.done[upstream].status
            if status is Status.FAILED:
                return upstream
            is_usable = status is Status.COMPLETED or (status is Status.EXCLUDED and not self.graph[upstream].problem)
            if not is_usable and (further := self._broken_upstream(self.graph[upstream])):
                return further
        return None

    def _write(self, node: Node) -> DatasetResult:
        started = time.monotonic()
        try:
            activate(self.spark)
            written = self._write_rows(node)
        except Failure as failure:
            return self._failed(node, failure.diagnostics[0], time.monotonic() - started)
        except Exception as error:
            problem = explain(error, node.dataset, self.bundle.root, self.volumes)
            return self._failed(node, problem, time.monotonic() - started)
        result = self._result(node, Status.COMPLETED, written, seconds=time.monotonic() - started)
        return replace(result, warnings=self._warnings(node.dataset))

    def _warnings(self, dataset: Dataset) -> list[Diagnostic]:
        states = [self.stored.flow_state(dataset.name, flow.name) for flow in self.definitions.flows_into(dataset.name)]
        return warn_of_edited(dataset, [state.folder / "checkpoint" for state in states if state.folder], self.volumes)

    def _write_rows(self, node: Node) -> Written:
        flows = self.definitions.flows_into(node.dataset.name)
        self._refuse_anothers(node.dataset)
        anew = self._is_made_anew(node.dataset)
        if node.kind is Kind.MATERIALIZED_VIEW:
            query = self._query(flows[0], FlowState(), streaming=False)
            return write_materialized_view(node.dataset, query, self.store, self.key, anew)
        sources = {str(name): version for name in sorted(node.streamed) if (version := self.stored.version(name))}
        if node.kind is Kind.SINK:
            folder = self.volumes.folder_to_write(node.dataset.options["path"])
            home = self.store.state / "sinks" / self.key / node.dataset.name.table
            return write_sink(node.dataset, flows, self._query, sources, folder, home, anew)
        write = write_auto_cdc_target if node.kind is Kind.AUTO_CDC_TARGET else write_streaming_table
        return write(node.dataset, flows, self._query, sources, self.store, self.key, anew)

    def _refuse_anothers(self, dataset: Dataset) -> None:
        """Raises Failure for a table that another pipeline makes; one that no longer defines it leaves it to this."""
        entry = self.store.find(dataset.name)
        if entry and entry.pipeline != self.key and not self.stored.gone(dataset.name):
            raise fail(
                f"pipeline {entry.pipeline} makes {entry.name} too",
                f"Give one of the two another name. If {entry.pipeline} no longer defines it, run that first",
                dataset.location,
            )

    def _is_made_anew(self, dataset: Dataset) -> bool:
        named = {dataset.name.table, str(dataset.name)} & self.selection.full_refresh
        if dataset.table_properties.get("pipelines.reset.allowed", "true").lower() != "false":
            return self.selection.full_refresh_all or bool(named)
        if named:
            raise fail(
                f"{dataset.name.table} does not allow a full refresh: its property pipelines.reset.allowed is false",
                "Change the property, or leave the table out of --full-refresh",
                dataset.location,
            )
        return False

    def _query(self, flow: Flow, state: FlowState, streaming: bool = True) -> Query:
        checks = Checks(streaming and not flow.reads_batch)
        conf = {**self.graph[flow.target].dataset.spark_conf, **flow.spark_conf}
        with reading_with(_Tables(self, checks, state)):
            frame = with_conf(frame_of(flow), conf)
        if conf:
            self.clones.append(frame.sparkSession)
        return Query(flow, frame, checks)

    def read(self, text: str, streaming: bool, checks: Checks) -> Any:
        """The rows of the table that a query names. A view's query runs where it is read, and its rules apply there."""
        name = self.definitions.name(text)
        if name in self.graph and self.graph[name].kind is Kind.TEMPORARY_VIEW:
            rules = [replace(rule, name=f"{name.table}.{rule.name}") for rule in self.graph[name].dataset.expectations]
            frame = frame_of(self.definitions.flows_into(name)[0])
            return checks.on(frame, rules) if rules else frame
        return self.stored.stream(name) if streaming else self.stored.batch(name)

    def _failed(self, node: Node, problem: Diagnostic, seconds: float = 0.0) -> DatasetResult:
        entry = self.store.find(node.dataset.name)
        if entry and not self.selection.dry_run:
            kept = f"The last good table, of {self.store.updated(entry).astimezone():%Y-%m-%d %H:%M:%S}, is kept"
            problem = replace(problem, remedy=f"{problem.remedy}\n{kept}".strip())
        return self._result(node, Status.FAILED, problem=problem, seconds=seconds)

    def _result(
        self,
        node: Node,
        status: Status,
        written: Written | None = None,
        reason: str = "",
        problem: Diagnostic | None = None,
        seconds: float = 0.0,
    ) -> DatasetResult:
        return DatasetResult(
            name=node.dataset.name.table,
            table=str(node.dataset.name),
            kind=node.kind.value,
            status=status,
            reads=sorted(map(str, node.reads)),
            columns={column.name: column.dataType.simpleString() for column in node.schema or ()},
            not_null=[column.name for column in node.schema or () if not column.nullable],
            location=node.dataset.location,
            private=node.dataset.private,
            rows=written.rows if written else None,
            seconds=seconds,
            reason=reason,
            expectations=written.expectations if written else [],
            problem=problem,
        )


@dataclass(frozen=True)
class _Tables:
    """The reader while a query's rows are written."""

    has_rows = True
    run: _Run
    checks: Checks
    state: FlowState

    def batch(self, name: str) -> Any:
        return self.run.read(name, streaming=False, checks=self.checks)

    def stream(self, name: str) -> Any:
        return self.run.read(name, streaming=True, checks=self.checks)
