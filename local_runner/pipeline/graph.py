"""What each dataset reads and which columns it gives, found before a row is read.

Each query function runs once with empty tables in the place of the real ones. The names it asks for are its
upstreams: the order of a pipeline never depends on what an earlier run has left (Spark's own does: SPARK pull request
57897).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location, fail
from local_runner.pipeline.definitions import Dataset, Definitions, Flow, Kind
from local_runner.pipeline.expectations import check_rules, enforced
from local_runner.pipeline.flow_checks import flow_problems, hold_against
from local_runner.pipeline.places import placed
from local_runner.pipeline.reading import AtSourceLevel, FlowState, StoredTables, reading_with
from local_runner.pipeline.sources.loading import diagnose
from local_runner.pipeline.writing.auto_cdc import Rules, as_events, current_rows, on_upserts
from local_runner.tables import TableName


@dataclass
class Node:
    """A dataset in the graph. `schema` is a StructType, None where `problem` says why there is none.

    `reads` are the tables and views that its queries name, `upstream` the datasets that have to be written before it.
    `rules` are how an Auto CDC target's events become rows.
    """

    dataset: Dataset
    kind: Kind
    reads: set[TableName] = field(default_factory=set)
    upstream: set[TableName] = field(default_factory=set)
    streamed: set[TableName] = field(default_factory=set)
    schema: Any = None
    rules: Rules | None = None
    problem: Diagnostic | None = None


class UpstreamUnusable(Exception):
    """Stops a query function whose upstream has a problem of its own; `name` is that upstream."""

    def __init__(self, name: TableName) -> None:
        super().__init__(str(name))
        self.name = name


def build_graph(
    definitions: Definitions, stored: StoredTables, at_source_level: AtSourceLevel, spark: Any, root: Path
) -> dict[TableName, Node]:
    """The pipeline's datasets as nodes, each after all its upstreams.

    A query that does not work leaves its `problem` on the node. Raises Failure where no order exists or nothing could
    be run: a cycle, a table that is nowhere, a flow into nothing, a dataset without a flow.
    """
    return _Builder(definitions, stored, at_source_level, spark, root).build()


class _Builder:
    def __init__(
        self, definitions: Definitions, stored: StoredTables, at_source_level: AtSourceLevel, spark: Any, root: Path
    ) -> None:
        self._definitions = definitions
        self._stored = stored
        self._at_source_level = at_source_level
        self._spark = spark
        self._root = root
        self._nodes: dict[TableName, Node] = {}
        self._path: list[TableName] = []

    def build(self) -> dict[TableName, Node]:
        problems = flow_problems(self._definitions)
        refused: set[TableName] = set()
        for name in self._definitions.datasets:
            if name in refused:
                continue
            try:
                self.node(name)
            except Failure as failure:
                problems += [problem for problem in failure.diagnostics if problem not in problems]
                refused.update(self._path)
                self._path.clear()
        if problems:
            raise Failure(*problems)
        return self._nodes

    def node(self, name: TableName) -> Node:
        """The node of the dataset `name`, built with all its upstreams first."""
        if name in self._path:
            chain = " → ".join(part.table for part in [*self._path[self._path.index(name) :], name])
            raise fail(f"these datasets read each other in a circle: {chain}", "Take one of the reads out", self._at(name))
        if name not in self._nodes:
            self._path.append(name)
            node = self._build_node(self._definitions.datasets[name])
            self._path.pop()
            self._nodes[name] = node
        return self._nodes[name]

    def _build_node(self, dataset: Dataset) -> Node:
        flows = self._definitions.flows_into(dataset.name)
        node = Node(dataset, Kind.AUTO_CDC_TARGET if any(flow.changes for flow in flows) else dataset.kind)
        for flow in flows:
            try:
                with reading_with(_EmptyTables(self, node, self._stored.flow_state(dataset.name, flow.name))):
                    frame = frame_of(flow)
                    self._at_source_level.refuse_old_rows(flow, frame)
                    self._settle(node, flow, frame)
            except Failure:
                raise
            except UpstreamUnusable as unusable:
                node.problem = Diagnostic(f"upstream {unusable.name.table} failed", location=flow.location)
            except Exception as error:
                problem = diagnose(error, f"the query of {dataset.name.table} does not work", self._root, flow.location)
                node.problem = placed(problem, error, flow)
        if node.schema is None and node.problem is None:
            node.schema = declared_schema(dataset.schema)
        return node

    def _settle(self, node: Node, flow: Flow, frame: Any) -> None:
        """Hold the query against what its dataset is, and take its columns."""
        dataset = node.dataset
        if not flow.changes:
            frame = as_declared(frame, dataset)
        streaming = frame.isStreaming  # This has Spark look at the whole query; `schema` alone may not.
        if node.kind is Kind.TABLE:
            node.kind = Kind.STREAMING_TABLE if streaming else Kind.MATERIALIZED_VIEW
        hold_against(node.kind, flow, streaming)
        if flow.changes:
            events, rules = as_events(frame, flow.changes, flow.location)
            node.rules = node.rules or rules
            if not rules.agree_with(node.rules):
                raise fail(
                    f"the flows into {dataset.name.table} do not give the same kind of changes",
                    "They must have the same keys, columns, SCD type, tracked columns and treatment of nulls",
                    flow.location,
                )
            frame = as_declared(current_rows(events, rules), dataset)
            checked, expectations = events, on_upserts(dataset.expectations)
        else:
            checked, expectations = frame, dataset.expectations
        schema = frame.schema
        check_rules(checked, expectations, flow.location)
        missing = [column for column in dataset.partition_cols if column not in schema.names]
        if missing:
            raise fail(
                f"{dataset.name.table} has no column {missing[0]} to be partitioned by", "Mend partition_cols", flow.location
            )
        node.schema = schema if node.schema is None else merged(node.schema, schema, dataset.name.table, dataset.location)

    def _at(self, name: TableName) -> Any:
        return self._definitions.datasets[name].location

    def read(self, node: Node, text: str, streaming: bool) -> Any:
        """An empty table with the columns that `text` will have; remembers on `node` that it is read."""
        name = self._definitions.name(text)
        reader: Callable[[TableName], Any] = self._stored.stream if streaming else self._stored.batch
        node.reads.add(name)
        if streaming:
            node.streamed.add(name)
        if name not in self._definitions.datasets:
            if why := self._stored.lacks(name):
                raise self._missing(name, node, why)
            return reader(name)
        node.upstream.add(name)
        upstream = self.node(name)
        if upstream.kind is Kind.SINK:
            raise fail(
                f"{node.dataset.name.table} reads {name.table}, which is a sink",
                "Read the table that the sink's flow reads",
                node.dataset.location,
            )
        if upstream.problem:
            raise UpstreamUnusable(name)
        if upstream.kind is Kind.TEMPORARY_VIEW:
            # The view's query runs in its reader's place: its own upstreams become the reader's too, what it names does not.
            named = set(node.reads)
            frame = view_of(self._definitions, name)
            node.reads = named
            return frame
        if not streaming:
            return self._spark.createDataFrame([], upstream.schema)
        if upstream.kind is not Kind.STREAMING_TABLE:
            raise fail(
                f"{node.dataset.name.table} reads {name.table} as a stream, but that is a {upstream.kind.value}",
                f"Read it with spark.read.table, or make {name.table} a streaming table",
                node.dataset.location,
            )
        return self._spark.readStream.format("rate").load().selectExpr(*_typed_nulls(upstream.schema))

    def _missing(self, name: TableName, node: Node, why: str) -> Failure:
        tables = [other.table for other in self._definitions.datasets]
        close = get_close_matches(name.table, [table for table in tables if table != node.dataset.name.table], n=1)
        remedy = f"Did you mean {close[0]}? " if close else ""
        return fail(
            f"{node.dataset.name.table} reads {name}, {why}",
            f"{remedy}{self._stored.how_to_add(name)}",
            node.dataset.location,
        )


@dataclass(frozen=True)
class _EmptyTables:
    """The reader while the graph is built."""

    has_rows = False
    builder: _Builder
    node: Node
    state: FlowState

    def batch(self, name: str) -> Any:
        return self.builder.read(self.node, name, streaming=False)

    def stream(self, name: str) -> Any:
        return self.builder.read(self.node, name, streaming=True)


def frame_of(flow: Flow) -> Any:
    """The flow's DataFrame. Raises Failure where its function gives something else."""
    from pyspark.sql.connect.dataframe import DataFrame

    try:
        frame = flow.query()
    except Failure as failure:
        raise Failure(
            *(replace(problem, location=problem.location or flow.location) for problem in failure.diagnostics)
        ) from None
    if not isinstance(frame, DataFrame):
        raise fail(
            f"{flow.name} returns {type(frame).__name__}, not a DataFrame",
            "End the function with `return` and the DataFrame",
            flow.location,
        )
    return frame


def view_of(definitions: Definitions, name: TableName) -> Any:
    """The rows of a temporary view, computed where it is read: its expectations drop rows and fail there."""
    return enforced(frame_of(definitions.flows_into(name)[0]), definitions.datasets[name].expectations)


def declared_schema(schema: Any) -> Any:
    """A dataset's `schema=` as a StructType; None where it has none."""
    if schema is None or not isinstance(schema, str):
        return schema
    from pyspark.sql.types import StructType

    return StructType.fromDDL(schema)


def as_declared(frame: Any, dataset: Dataset) -> Any:
    """`frame` with the columns and types that the dataset declares, where it does.

    Raises Failure where the frame has a column besides: it would be lost.
    """
    schema = declared_schema(dataset.schema)
    if schema is None:
        return frame
    declared = {column.lower() for column in schema.names}
    if others := [column for column in frame.columns if column.lower() not in declared]:
        raise fail(
            f"{dataset.name.table} declares its columns, and {others[0]} is none of them",
            "Add it to the columns, or leave it out of the query",
            dataset.location,
        )
    return frame.to(schema)


def merged(one: Any, other: Any, name: str, location: Location) -> Any:
    """The columns of `one`, then those that only `other` has, and so within a struct, as a StructType.

    Raises Failure where a column has two types.
    """
    from pyspark.sql.types import StructField, StructType

    columns = {column.name.lower(): column for column in one}
    for column in other:
        known = columns.setdefault(column.name.lower(), column)
        if isinstance(known.dataType, StructType) and isinstance(column.dataType, StructType):
            whole = merged(known.dataType, column.dataType, f"{name}.{column.name}", location)
            columns[column.name.lower()] = StructField(known.name, whole)
        elif known.dataType != column.dataType:
            raise fail(
                f"{name}.{column.name} is now {column.dataType.simpleString()}, not {known.dataType.simpleString()}",
                f"Cast it, or make the table anew: --full-refresh {name.partition('.')[0]}",
                location,
            )
    return StructType(list(columns.values()))


def _typed_nulls(schema: Any) -> list[str]:
    return [f"CAST(NULL AS {column.dataType.simpleString()}) AS `{column.name.replace('`', '``')}`" for column in schema]
