"""Tables, views and sinks, and the flows that append to them."""

from collections.abc import Callable, Mapping
from typing import Any

from local_runner.diagnostics import Failure, Location, fail
from local_runner.pipeline.api.expectations import rules, rules_of
from local_runner.pipeline.api.refusals import SINK_FORMATS, refuse_others, unsupported_format
from local_runner.pipeline.definitions import Action, Dataset, Expectation, Flow, Kind, caller, current_definitions
from local_runner.pipeline.reading import current_reader

Query = Callable[[], Any]

VIEW_ARGUMENTS = {"name", "comment"}
TABLE_ARGUMENTS = VIEW_ARGUMENTS | {
    "schema",
    "table_properties",
    "partition_cols",
    "spark_conf",
    # How a stored table is laid out, who sees it and how it is kept up to date: no effect on its rows.
    "cluster_by",
    "cluster_by_auto",
    "format",
    "private",
    "temporary",
    "refresh_policy",
}
CREATE_ARGUMENTS = TABLE_ARGUMENTS | {"expect_all", "expect_all_or_drop", "expect_all_or_fail"}


def table(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@table`: a streaming table."""
    return _decorator("table", Kind.STREAMING_TABLE, query_function, arguments)


def dlt_table(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@dlt.table`: a streaming table where its query streams, else a materialized view."""
    return _decorator("table", Kind.TABLE, query_function, arguments)


def materialized_view(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@materialized_view`: a table that each run computes whole."""
    return _decorator("materialized_view", Kind.MATERIALIZED_VIEW, query_function, arguments)


def temporary_view(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@temporary_view`, `@view`: a query with a name, stored nowhere."""
    return _decorator("temporary_view", Kind.TEMPORARY_VIEW, query_function, arguments)


def create_streaming_table(
    name: str,
    *,
    expect_all: Mapping[str, Any] | None = None,
    expect_all_or_drop: Mapping[str, Any] | None = None,
    expect_all_or_fail: Mapping[str, Any] | None = None,
    **arguments: Any,
) -> None:
    """A streaming table that flows write to."""
    given = {Action.WARN: expect_all, Action.DROP: expect_all_or_drop, Action.FAIL: expect_all_or_fail}
    expectations = [
        rule for action, conditions in given.items() for rule in rules(action, conditions or {}, "create_streaming_table")
    ]
    _record("create_streaming_table", Kind.STREAMING_TABLE, name, arguments, expectations, caller())


def create_sink(name: str, format: str, options: Mapping[str, str] | None = None) -> None:
    """A place outside the pipeline that flows write to: here, files in a volume."""
    location, definitions = caller(), current_definitions()
    if format not in SINK_FORMATS:
        raise Failure(unsupported_format(format, location))
    if not isinstance(options, Mapping) or not options.get("path"):
        raise fail(f"the sink {name} has no path", "Give it options={'path': '/Volumes/…'}", location)
    definitions.add_dataset(Dataset(definitions.name(name), Kind.SINK, location, format=format, options=dict(options)))


def append_flow(
    *,
    target: str,
    name: str | None = None,
    comment: str | None = None,
    spark_conf: Mapping[str, str] | None = None,
    once: bool = False,
) -> Callable[[Query], Query]:
    """`@append_flow`: a query whose rows are added to `target`."""
    location = caller()

    def decorate(query: Query) -> Query:
        definitions = current_definitions()
        flow = Flow(name or query.__name__, definitions.name(target), query, location, dict(spark_conf or {}), once)
        definitions.add_flow(flow)
        return query

    return decorate


def read(name: str) -> Any:
    """`dlt.read`: a table's rows, as `spark.read.table` gives them."""
    return current_reader().batch(name)


def read_stream(name: str) -> Any:
    """`dlt.read_stream`: a table as a stream, as `spark.readStream.table` gives it."""
    return current_reader().stream(name)


def _decorator(decorator: str, kind: Kind, query_function: Query | None, arguments: dict[str, Any]) -> Any:
    location = caller()

    def decorate(query: Query) -> Query:
        if not callable(query):
            raise fail(
                f"@{decorator} is put on {query!r}, which is no function", f"Write @{decorator}() above a def", location
            )
        given = dict(arguments)
        dataset = _record(decorator, kind, given.pop("name", None) or query.__name__, given, rules_of(query), location)
        current_definitions().add_flow(Flow(dataset.name.table, dataset.name, query, location))
        return query

    return decorate if query_function is None else decorate(query_function)


def _record(
    function: str,
    kind: Kind,
    name: str,
    arguments: dict[str, Any],
    expectations: list[Expectation],
    location: Location,
) -> Dataset:
    known = VIEW_ARGUMENTS if kind is Kind.TEMPORARY_VIEW else TABLE_ARGUMENTS
    refuse_others(function, {key: value for key, value in arguments.items() if key not in known}, location)
    definitions = current_definitions()
    dataset = Dataset(
        definitions.name(name),
        kind,
        location,
        comment=arguments.get("comment"),
        schema=arguments.get("schema"),
        table_properties=dict(arguments.get("table_properties") or {}),
        partition_cols=list(arguments.get("partition_cols") or []),
        expectations=expectations,
        spark_conf=dict(arguments.get("spark_conf") or {}),
        private=bool(arguments.get("private") or arguments.get("temporary")),
    )
    definitions.add_dataset(dataset)
    return dataset
