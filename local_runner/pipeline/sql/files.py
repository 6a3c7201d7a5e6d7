"""SQL source files: their statements, recorded as the same definitions that Python files give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location, fail
from local_runner.pipeline.api.auto_cdc import auto_cdc_flow
from local_runner.pipeline.definitions import Dataset, Definitions, Flow, Kind
from local_runner.pipeline.reading import FlowState, TableReader, current_reader, reading_with
from local_runner.pipeline.sql.auto_cdc import AutoCdc
from local_runner.pipeline.sql.statements import (
    DatasetStatement,
    FlowStatement,
    Query,
    QueryStatement,
    SetStatement,
    Statement,
    UseStatement,
    parse_statements,
)
from local_runner.pipeline.sql.text import check_query, refuse_in_pipelines
from local_runner.tables import TableName
from local_runner.tables.name import join_identifier, split_identifier


@dataclass(frozen=True)
class SqlFile:
    """A file's statements."""

    path: Path
    statements: list[Statement]

    def run(self, definitions: Definitions, names: dict[str, Any]) -> None:
        """Record what the file defines; `names` holds the session as `spark`."""
        record(self.statements, definitions, names["spark"], SqlScope())


def read_sql_file(path: Path, parameters: Mapping[str, str]) -> SqlFile:
    """Read a file of SQL. Raises Failure with a diagnostic for each statement that is wrong, or defines nothing."""
    statements = read_statements(path.read_text("utf-8"), path, dict(parameters))
    problems = [
        Diagnostic("this query defines nothing", "Put CREATE MATERIALIZED VIEW name AS before it", one.query.location)
        for one in statements
        if isinstance(one, QueryStatement)
    ]
    if problems:
        raise Failure(*problems)
    return SqlFile(path, statements)


def read_statements(text: str, path: Path, parameters: dict[str, str]) -> list[Statement]:
    """The statements of SQL `text`, each checked as far as can be without Spark; SET adds to `parameters`.

    Raises Failure with a diagnostic for each statement that is wrong.
    """
    statements = parse_statements(text, str(path), parameters)
    problems = [problem for statement in statements for problem in _query_problems(statement)]
    if problems:
        raise Failure(*problems)
    return statements


def _query_problems(statement: Statement) -> list[Diagnostic]:
    flow = getattr(statement, "flow", None)
    if isinstance(flow, Query):
        try:
            check_query(flow.text)
            refuse_in_pipelines(flow.text)
        except Failure as failure:
            return [replace(problem, location=_place_of(problem, flow)) for problem in failure.diagnostics]
    return []


def _place_of(problem: Diagnostic, query: Query) -> Location:
    """A problem's own place is a line of the query's text, which has as many lines above it as in its file."""
    return replace(query.location, line=problem.location.line) if problem.location else query.location


@dataclass
class SqlScope:
    """What SET and USE have changed for the statements after them, in one file."""

    spark_conf: dict[str, str] = field(default_factory=dict)
    catalog: str | None = None
    schema: str | None = None


def record(statements: list[Statement], definitions: Definitions, spark: Any, scope: SqlScope) -> None:
    """Add what the statements define to `definitions`; SET and USE change `scope`. The queries run on `spark`."""
    for statement in statements:
        if isinstance(statement, SetStatement):
            scope.spark_conf[statement.key] = statement.value
        elif isinstance(statement, UseStatement):
            scope.catalog = statement.catalog or scope.catalog
            scope.schema = statement.schema or scope.schema
        elif isinstance(statement, DatasetStatement):
            _record_dataset(statement, definitions, scope, spark)
        elif isinstance(statement, FlowStatement):
            target = definitions.name_of(statement.target, scope.catalog, scope.schema)
            _record_flow(statement.name or target.table, target, statement, definitions, scope, spark)


def _record_dataset(statement: DatasetStatement, definitions: Definitions, scope: SqlScope, spark: Any) -> None:
    view = statement.kind is Kind.TEMPORARY_VIEW
    name = definitions.name_of(statement.name, *(() if view else (scope.catalog, scope.schema)))
    definitions.add_dataset(
        Dataset(
            name,
            statement.kind,
            statement.location,
            comment=statement.comment,
            schema=statement.columns.ddl,
            table_properties=statement.properties,
            partition_cols=list(statement.partition_cols),
            expectations=list(statement.columns.expectations),
            private=statement.private,
        )
    )
    if statement.flow is not None:
        _record_flow(name.table, name, statement, definitions, scope, spark, statement.columns.labels)


def _record_flow(
    name: str,
    target: TableName,
    statement: DatasetStatement | FlowStatement,
    definitions: Definitions,
    scope: SqlScope,
    spark: Any,
    labels: tuple[str, ...] = (),
) -> None:
    conf = dict(scope.spark_conf)
    if isinstance(statement.flow, AutoCdc):
        arguments = {**statement.flow.arguments, "name": name, "once": statement.once, "spark_conf": conf}
        flow = auto_cdc_flow(target, statement.location, **arguments)
    else:
        query = _query_function(statement.flow, spark, labels)
        flow = Flow(name, target, query, statement.location, conf, statement.once)
    # A copy of the scope: what comes later in the file must not reach a query that runs after all of it.
    definitions.add_flow(replace(flow, query=_within(flow.query, replace(scope), definitions)))


def _query_function(query: Query, spark: Any, labels: tuple[str, ...]) -> Callable[[], Any]:
    return lambda: _labelled(spark.sql(query.text), labels, query.location)


def _within(query: Callable[[], Any], scope: SqlScope, definitions: Definitions) -> Callable[[], Any]:
    """`query` with the names that it reads relative to what USE has said."""
    if not (scope.catalog or scope.schema):
        return query

    def run() -> Any:
        with reading_with(_Within(current_reader(), definitions, scope)):
            return query()

    return run


def _labelled(frame: Any, labels: tuple[str, ...], location: Location) -> Any:
    if not labels:
        return frame
    if len(labels) != len(frame.columns):
        raise fail(
            f"{len(labels)} columns are named, and the query gives {len(frame.columns)}: {', '.join(frame.columns)}",
            "Name each column of the query",
            location,
        )
    return frame.toDF(*labels)


@dataclass(frozen=True)
class _Within:
    """A reader for queries after USE: a name of one or two parts is in that catalog and schema, but for the views.

    A view that such a query reads is none of it: its own query runs with the reader that was there before.
    """

    reader: TableReader
    definitions: Definitions
    scope: SqlScope

    @property
    def state(self) -> FlowState:
        return self.reader.state

    def batch(self, name: str) -> Any:
        with reading_with(self.reader):
            return self.reader.batch(self._whole(name))

    def stream(self, name: str) -> Any:
        with reading_with(self.reader):
            return self.reader.stream(self._whole(name))

    def _whole(self, name: str) -> str:
        parts = split_identifier(name)
        if len(parts) == 1:
            dataset = self.definitions.datasets.get(self.definitions.name(name))
            if dataset and dataset.kind is Kind.TEMPORARY_VIEW:
                return name
        whole = self.definitions.name_of(parts, self.scope.catalog, self.scope.schema)
        return join_identifier((whole.catalog, whole.schema, whole.table))
