"""The rescued data column: what a file holds and the schema has no place for.

A column that is not in the schema, a value that is not of its column's type, a name in another case. One JSON object a row,
with the file's path. Source: https://docs.databricks.com/aws/en/ingestion/cloud-object-storage/auto-loader/rescued-data-column
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_runner.pipeline.auto_loader.options import CloudOptions
from local_runner.pipeline.auto_loader.paths import path_value
from local_runner.pipeline.auto_loader.seen_columns import SeenColumns


@dataclass(frozen=True)
class Cells:
    """A reader's rows before they are typed.

    `cells` are Columns of `frame` by name; `typed(cell, field)` gives one in the type of a StructField, and the VARIANT of
    what did not fit, None where all does. `rest` is a Column of map<string, variant>: what no column takes. `corrupt` is the
    text of a record that could not be read, else null.
    """

    frame: Any
    cells: dict[str, Any]
    typed: Callable[[Any, Any], tuple[Any, Any]]
    rest: Any
    corrupt: Any


def with_rescued(source: Cells, options: CloudOptions, seen: SeenColumns) -> Any:
    """The rows with the columns of `seen`, then the rescued data column, as a DataFrame."""
    from pyspark.sql import functions as F

    corrupt = options.corrupt_column
    columns, lost = [], []
    for field in seen.columns:
        if field.name == corrupt:
            columns.append(source.corrupt.alias(corrupt))
            continue
        value, misfit = source.typed(source.cells[field.name], field)
        columns.append(value.alias(field.name))
        lost += [] if misfit is None else [F.lit(field.name), misfit]
    columns += [path_value(field).alias(field.name) for field in seen.partitions]
    if options.rescued is None:
        return source.frame.select(*columns)
    if corrupt not in seen.columns.names:
        lost += [F.lit(corrupt), source.corrupt.cast("variant")]
    rest = F.map_filter(F.map_concat(variants(lost), source.rest), lambda _, value: ~_absent(value))
    path = F.create_map(F.lit("_file_path"), F.col("_metadata.file_path").cast("variant"))
    rescued = F.when(F.size(rest) > 0, F.to_json(F.map_concat(rest, path)))
    return source.frame.select(*columns, rescued.alias(options.rescued))


def column(name: str) -> Any:
    """The column of that very name, dots and all."""
    from pyspark.sql import functions as F

    return F.col(f"`{name.replace('`', '``')}`")


def variants(pairs: list[Any]) -> Any:
    """A map<string, variant> of alternating keys and VARIANTs."""
    from pyspark.sql import functions as F

    return F.create_map(*pairs).cast("map<string,variant>")


def mismatch(cell: Any, value: Any, type_: Any) -> Any:
    """The part of `cell`, a VARIANT, that `value` has lost; within a struct only the fields concerned."""
    from pyspark.sql import functions as F
    from pyspark.sql.types import StructType

    whole = F.when(~_absent(cell) & value.isNull(), cell)
    if not isinstance(type_, StructType):
        return whole
    fields = F.try_variant_get(cell, "$", "map<string,variant>")
    lost = []
    for field in type_:
        lost += [F.lit(field.name), mismatch(fields[field.name], value[field.name], field.dataType)]
    other = F.map_filter(fields, lambda name, _: ~name.isin(type_.names))
    parts = F.map_filter(F.map_concat(variants(lost), other), lambda _, part: ~_absent(part))
    return F.coalesce(whole, F.when(F.size(parts) > 0, F.parse_json(F.to_json(parts))))


def _absent(value: Any) -> Any:
    from pyspark.sql import functions as F

    return value.isNull() | F.is_variant_null(value)
