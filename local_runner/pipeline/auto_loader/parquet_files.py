"""Auto Loader's parquet: the files have their own types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.auto_loader.options import CloudOptions
from local_runner.pipeline.auto_loader.paths import paths_of
from local_runner.pipeline.auto_loader.rescue import Cells, column, variants
from local_runner.pipeline.auto_loader.seen_columns import SeenColumns, widened


@dataclass(frozen=True)
class ParquetFiles:
    spark: Any
    options: CloudOptions

    def columns(self, files: Mapping[str, Path]) -> Any:
        """The columns that the files hold, as a StructType. Raises Failure where two files disagree on one."""
        from pyspark.sql.types import StructType

        columns = StructType([])
        for file, schema in self._schemas(files):
            _check(schema, file, columns)
            columns = widened(columns, schema)
        return columns

    def read(self, source: Any, path: str, seen: SeenColumns, files: Mapping[str, Path]) -> Cells:
        """The cells of all files under `path`. Raises Failure where one cannot be read under the columns so far."""
        from pyspark.sql import functions as F
        from pyspark.sql.types import StructType

        schema = StructType([*seen.columns, *seen.others])
        for file, own in self._schemas(files):
            _check(own, file, schema)
        rest = []
        for field in seen.others:
            value = F.parse_json(F.to_json(F.struct(column(field.name).alias("value"))))
            rest += [F.lit(field.name), F.try_variant_get(value, "$.value", "variant")]
        return Cells(
            source.schema(schema).format("parquet").load(path),
            cells={name: column(name) for name in seen.columns.names},
            typed=lambda cell, _: (cell, None),
            rest=variants(rest),
            corrupt=F.lit(None).cast("string"),
        )

    def _schemas(self, files: Mapping[str, Path]) -> Iterator[tuple[Path, Any]]:
        """Each schema that the files have, as Spark reads it, with the first file that has it."""
        from pyarrow import parquet

        first: dict[Any, tuple[str, Path]] = {}
        for uri, file in files.items():
            first.setdefault(str(parquet.read_schema(file)), (uri, file))
        for uri, file in first.values():
            yield file, self.spark.read.options(**self.options.parsing).parquet(*paths_of([uri])).schema


def _check(own: Any, file: Path, columns: Any) -> None:
    """Raise Failure where `file`, of the StructType `own`, cannot be read under `columns`."""
    known = {field.name.lower(): field for field in columns}
    for field in own:
        column = known.get(field.name.lower(), field)
        if column.name != field.name or not _fits(field.dataType, column.dataType):
            raise fail(
                f"{file} holds the column {field.name} {field.dataType.simpleString()}, which is "
                f"{column.name} {column.dataType.simpleString()} so far",
                "On Databricks such values are rescued; local runs cannot read them from parquet. Write the file anew",
            )


def _fits(own: Any, column: Any) -> bool:
    """Whether the two types agree; of structs, in the fields that both have."""
    from pyspark.sql.types import StructType

    if not isinstance(own, StructType) or not isinstance(column, StructType):
        return own == column
    fields = {field.name: field.dataType for field in column}
    return all(_fits(field.dataType, fields.get(field.name, field.dataType)) for field in own)
