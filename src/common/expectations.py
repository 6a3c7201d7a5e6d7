"""Sets of rules for rows. Each function gives names of rules and their SQL conditions, for `@dp.expect_all…`.

    @dp.expect_all_or_drop(required("payment_id") | known("currency", CURRENCIES))

No condition is ever NULL: a NULL in a column that it names breaks the rule.
"""

from collections.abc import Iterable

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

Rules = dict[str, str]


def required(*columns: str) -> Rules:
    """`has_<column>`: a value is there."""
    return {f"has_{column}": f"{column} IS NOT NULL" for column in columns}


def readable(*columns: str) -> Rules:
    """`valid_<column>`: the value could be read as its type, of columns that are null where it could not."""
    return {f"valid_{column}": f"{column} IS NOT NULL" for column in columns}


def amounts(*columns: str) -> Rules:
    """`valid_<column>`: a number that is not below zero."""
    return {f"valid_{column}": f"{column} IS NOT NULL AND {column} >= 0" for column in columns}


def known(column: str, values: Iterable[str]) -> Rules:
    """`known_<column>`: one of `values`, which must not be empty."""
    return {f"known_{column}": f"{column} IS NOT NULL AND {column} IN ({', '.join(map(_literal, values))})"}


def unique(*key: str) -> Rules:
    """`unique_<key>`: for the rows of `counted`. A rule sees one row at a time, so the rows of a key are counted first."""
    return {f"unique_{'_'.join(key)}": "copies = 1"}


def counted(table: DataFrame, *key: str) -> DataFrame:
    """`table`, and in `copies` how many of its rows have the same `key` as this one."""
    return table.withColumn("copies", F.count("*").over(Window.partitionBy(*key)))


def _literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
