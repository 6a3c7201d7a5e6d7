"""The surface of Databricks' `pyspark.pipelines`, and of the older `dlt`: each call records a definition.

Stands in for both modules while a pipeline's files run (see shims.py). Names and parameters:
https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.definitions import Action, Dataset, Expectation, Flow, Kind, current_definitions

Query = Callable[[], Any]

# Layout and governance of the stored table: no effect on its rows.
_LAYOUT = {"cluster_by", "cluster_by_auto", "private", "temporary", "refresh_policy"}


def table(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@table`: a streaming table."""
    return _dataset_decorator("table", Kind.STREAMING_TABLE, query_function, arguments)


def materialized_view(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@materialized_view`: a table that each run computes whole."""
    return _dataset_decorator("materialized_view", Kind.MATERIALIZED_VIEW, query_function, arguments)


def temporary_view(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@temporary_view`: a query with a name, stored nowhere."""
    return _dataset_decorator("temporary_view", Kind.TEMPORARY_VIEW, query_function, arguments)


view = temporary_view


def dlt_table(query_function: Query | None = None, **arguments: Any) -> Any:
    """`@dlt.table`: a streaming table where its query streams, else a materialized view."""
    return _dataset_decorator("table", Kind.TABLE, query_function, arguments)


def create_streaming_table(name: str, **arguments: Any) -> None:
    """A streaming table that flows write to."""
    expectations = [
        Expectation(rule, condition, action)
        for key, action in _EXPECT_ALL.items()
        for rule, condition in (arguments.pop(key, None) or {}).items()
    ]
    _record_dataset("create_streaming_table", Kind.STREAMING_TABLE, name, arguments, expectations, _caller())


def create_sink(name: str, format: str, options: Mapping[str, str] | None = None) -> None:
    """A place outside the pipeline that flows write to."""
    definitions = current_definitions()
    definitions.add_dataset(
        Dataset(definitions.name(name), Kind.SINK, _caller(), format=format, options=dict(options or {}))
    )


def append_flow(
    *,
    target: str,
    name: str | None = None,
    comment: str | None = None,
    spark_conf: Mapping[str, str] | None = None,
    once: bool = False,
) -> Callable[[Query], Query]:
    """`@append_flow`: a query whose rows are added to `target`."""
    location = _caller()

    def decorate(query: Query) -> Query:
        definitions = current_definitions()
        flow_name = name or query.__name__
        definitions.add_flow(Flow(flow_name, definitions.name(target), query, location, dict(spark_conf or {}), once))
        return query

    return decorate


def expect(name: str, inv: str) -> Callable[[Query], Query]:
    """Count the rows that fail `inv`, and keep them."""
    return _expectations({name: inv}, Action.WARN)


def expect_or_drop(name: str, inv: str) -> Callable[[Query], Query]:
    """Leave out the rows that fail `inv`."""
    return _expectations({name: inv}, Action.DROP)


def expect_or_fail(name: str, inv: str) -> Callable[[Query], Query]:
    """Fail the dataset where a row fails `inv`."""
    return _expectations({name: inv}, Action.FAIL)


def expect_all(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect` for each rule."""
    return _expectations(expectations, Action.WARN)


def expect_all_or_drop(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect_or_drop` for each rule."""
    return _expectations(expectations, Action.DROP)


def expect_all_or_fail(expectations: Mapping[str, str]) -> Callable[[Query], Query]:
    """`expect_or_fail` for each rule."""
    return _expectations(expectations, Action.FAIL)


_EXPECT_ALL = {"expect_all": Action.WARN, "expect_all_or_drop": Action.DROP, "expect_all_or_fail": Action.FAIL}


def _dataset_decorator(decorator: str, kind: Kind, query_function: Query | None, arguments: dict[str, Any]) -> Any:
    location = _caller()

    def decorate(query: Query) -> Query:
        if not callable(query):
            raise fail(
                f"@{decorator} is put on {query!r}, which is no function", f"Write @{decorator}() above a def", location
            )
        given = dict(arguments)
        name = given.pop("name", None) or query.__name__
        spark_conf = given.pop("spark_conf", None) or {}
        dataset = _record_dataset(decorator, kind, name, given, _rules_of(query), location)
        current_definitions().add_flow(Flow(dataset.name.table, dataset.name, query, location, dict(spark_conf)))
        return query

    return decorate if query_function is None else decorate(query_function)


def _record_dataset(
    decorator: str,
    kind: Kind,
    name: str,
    arguments: dict[str, Any],
    expectations: list[Expectation],
    location: Location,
) -> Dataset:
    stored = kind is not Kind.TEMPORARY_VIEW
    known = {"comment"} | ({"schema", "table_properties", "partition_cols", "spark_conf"} | _LAYOUT if stored else set())
    for argument, value in arguments.items():
        if argument not in known and value is not None:
            raise fail(
                f"{decorator}({argument}=…) is not supported in local runs",
                f"Supported: name, spark_conf, {', '.join(sorted(known - {'spark_conf'}))}",
                location,
            )
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
    )
    definitions.add_dataset(dataset)
    return dataset


def _expectations(rules: Mapping[str, str], action: Action) -> Callable[[Query], Query]:
    def decorate(query: Query) -> Query:
        _rules_of(query).extend(Expectation(name, condition, action) for name, condition in rules.items())
        return query

    return decorate


def _rules_of(query: Query) -> list[Expectation]:
    """The query's own list of rules: shared with its dataset, so that a decorator above or below adds to the same."""
    return query.__dict__.setdefault("_expectations", [])


def _caller() -> Location:
    frame = sys._getframe(1)
    here = str(Path(__file__))
    while frame.f_back and frame.f_code.co_filename == here:
        frame = frame.f_back
    return Location(frame.f_code.co_filename, frame.f_lineno)
