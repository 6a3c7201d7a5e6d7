"""What Databricks knows and a local run does not, refused by name."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location

SINK_FORMATS = frozenset({"csv", "json", "orc", "parquet", "text"})

_WRITE = "Return the DataFrame: the pipeline writes it. create_sink adds rows to files elsewhere"
_VIEW = "Make it a @temporary_view, or hand it to the query: spark.sql('select * from {rows}', rows=frame)"
PIVOT = "Databricks cannot pivot in a pipeline either. Write a column for each value: sum(x) FILTER (WHERE kind = 'a')"
# What does something else than say which rows a dataset has: pyspark's class, its method or property, what to do.
EFFECTS = {
    ("SparkSession", "catalog"): "A dataset's rows cannot depend on it: name the tables that the query reads",
    ("DataFrame", "write"): _WRITE,
    ("DataFrame", "writeStream"): _WRITE,
    ("DataFrame", "writeTo"): _WRITE,
    ("DataFrame", "createTempView"): _VIEW,
    ("DataFrame", "createOrReplaceTempView"): _VIEW,
    ("DataFrame", "createGlobalTempView"): _VIEW,
    ("DataFrame", "createOrReplaceGlobalTempView"): _VIEW,
    ("DataFrame", "registerTempTable"): _VIEW,
    ("GroupedData", "pivot"): PIVOT,
}
# Spark's readers of what is no file of a volume; Databricks has them all.
_READ_FORMATS = """
    avro bigquery delta deltasharing eventhubs iceberg jdbc kafka kinesis mongodb mysql oracle postgresql pubsub pulsar
    redshift salesforce sftp snowflake sqldw sqlserver
"""
READ_FORMATS = frozenset(_READ_FORMATS.split())
SQL_FUNCTIONS = frozenset({"READ_KAFKA", "READ_KINESIS", "READ_PUBSUB", "READ_PULSAR", "TABLE_CHANGES"})

_PARITY = "docs/parity.md lists what is supported"


def refuse_others(function: str, others: Mapping[str, Any], location: Location) -> None:
    """Raises Failure for the first of `others` that has a value: what it asks for would not be done."""
    for argument, value in others.items():
        if value is not None and value is not False:
            raise Failure(unsupported_argument(function, argument, location))


def unsupported_argument(function: str, argument: str, location: Location) -> Diagnostic:
    return Diagnostic(
        f"{function}({argument}=…) is not supported in local runs", f"Take the argument out; {_PARITY}", location
    )


def unsupported_name(module: str, name: str, location: Location, known: Iterable[str] = ()) -> Diagnostic:
    """`name` is none of the `known` ones of `module`."""
    # As alike as two spellings of a word: what Databricks alone has is not taken for a slip.
    close = get_close_matches(name, list(known), n=1, cutoff=0.9)
    remedy = f"Did you mean {close[0]}?" if close else _PARITY
    return Diagnostic(f"{module}.{name} is not supported in local runs", remedy, location)


def unsupported_format(format: str, location: Location) -> Diagnostic:
    remedy = f"Formats are: {', '.join(sorted(SINK_FORMATS))}"
    return Diagnostic(f"a sink of format {format} is not supported in local runs", remedy, location)


def unsupported_effect(owner: str, name: str, location: Location) -> Diagnostic:
    what = f"{'spark' if owner == 'SparkSession' else owner}.{name}"
    return Diagnostic(f"{what} is not supported in a pipeline in local runs", EFFECTS[owner, name], location)


def unsupported_reader(format: str, location: Location) -> Diagnostic:
    remedy = "Give the rows as a fixture under fixtures/<catalog>/<schema>/, and read that table"
    return Diagnostic(f"reading the format {format} is not supported in local runs", remedy, location)
