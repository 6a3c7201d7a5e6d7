"""Paths of files, and the columns that directories name: `…/day=2025-03-01/…` gives every row below it a `day`."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote

_DEFAULT = "__HIVE_DEFAULT_PARTITION__"
_DIRECTORY = re.compile(r"([^/=]+)=([^/]*)/")


def paths_of(files: Iterable[str]) -> list[str]:
    """URIs as Spark takes them for paths: not encoded, wildcards escaped."""
    return [re.sub(r"([\\*?\[\]{},])", r"\\\1", unquote(file)) for file in files]


def path_columns(files: Sequence[str], root: str, infer_types: bool) -> Any:
    """The columns that all of `files` (URIs below `root`) have in their directories, as a StructType.

    None where files differ in them, as with Databricks. They are text unless `infer_types`.
    """
    from pyspark.sql.types import StringType, StructField, StructType

    fixed = re.split(r"[*?\[{]", root)[0].rstrip("/") + "/"
    found = [_DIRECTORY.findall(unquote(file).removeprefix(fixed).rpartition("/")[0] + "/") for file in files]
    names = {tuple(name for name, _ in pairs) for pairs in found}
    if len(names) != 1:
        return StructType([])
    values = zip(*([unquote(value) for _, value in pairs] for pairs in found), strict=True)
    types = [_type(column) if infer_types else StringType() for column in values]
    return StructType([StructField(name, type_) for name, type_ in zip(names.pop(), types, strict=True)])


def path_value(field: Any) -> Any:
    """The Column of a path column, from `_metadata.file_path`; null where its directory stands for null."""
    from pyspark.sql import functions as F

    # A URI, in which Spark has written the directory's name, in which special characters may be written as %3A too.
    pattern = rf"/{re.escape(field.name)}=([^/]*)/"
    text = F.regexp_extract(_decoded(F.col("_metadata.file_path")), pattern, 1)
    return F.nullif(_decoded(text), F.lit(_DEFAULT)).try_cast(field.dataType)


def _decoded(text: Any) -> Any:
    from pyspark.sql import functions as F

    return F.url_decode(F.replace(text, F.lit("+"), F.lit("%2B")))


def _type(values: Sequence[str]) -> Any:
    """The narrowest type that holds every value."""
    from pyspark.sql.types import DateType, DoubleType, IntegerType, LongType, StringType, TimestampType

    present = [value for value in values if value != _DEFAULT]
    readers = {
        IntegerType: lambda text: abs(int(text)) < 2**31,
        LongType: lambda text: abs(int(text)) < 2**63,
        DoubleType: float,
        DateType: date.fromisoformat,
        TimestampType: datetime.fromisoformat,
    }
    for type_, read in readers.items():
        if present and all(_reads(read, value) for value in present):
            return type_()
    return StringType()


def _reads(read: Any, text: str) -> bool:
    try:
        return read(text) is not False
    except ValueError:
        return False
