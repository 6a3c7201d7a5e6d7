"""Auto Loader's JSON: an object a line, a list of objects, or with multiLine a file as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.auto_loader.options import CloudOptions
from local_runner.pipeline.auto_loader.paths import paths_of
from local_runner.pipeline.auto_loader.rescue import Cells, column, mismatch, variants
from local_runner.pipeline.auto_loader.seen_columns import SeenColumns


@dataclass(frozen=True)
class JsonFiles:
    spark: Any
    options: CloudOptions

    def columns(self, files: Mapping[str, Path]) -> Any:
        """The columns that the files hold, by name, as a StructType: text, or with their types where those are inferred."""
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType, StructField, StructType

        reader = self.spark.read.options(**self.options.parsing)
        if self.options.infer_types:
            return self._typed_columns(reader, paths_of(files))
        records = self._records(reader, paths_of(files))
        names = records.select(F.explode(F.map_keys("record")).alias("name")).distinct().collect()
        return StructType([StructField(name, StringType()) for name in sorted(row["name"] for row in names)])

    def _typed_columns(self, reader: Any, files: list[str]) -> Any:
        from pyspark.errors import AnalysisException
        from pyspark.sql.types import StructType

        try:
            inferred = reader.json(files).schema
        except AnalysisException as error:
            if error.getCondition() != "COLUMN_ALREADY_EXISTS":
                raise
            raise fail(
                f"the files hold the column {error.getMessageParameters()['columnName']} in upper and in lower case",
                "Local runs cannot infer its type: leave out cloudFiles.inferColumnTypes, and give the types as schemaHints",
            ) from None
        return StructType([field for field in inferred if field.name != self.options.corrupt_column])

    def read(self, source: Any, path: str, seen: SeenColumns, files: Mapping[str, Path]) -> Cells:
        """The cells of all files under `path`, through `source`, a reader with the options of parsing."""
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType, StructField, StructType, VariantType

        corrupt = self.options.corrupt_column
        text = {field.name for field in seen.columns if isinstance(field.dataType, StringType)}
        names = [name for name in seen.columns.names if name != corrupt]
        others = [field.name for field in seen.others]
        if len({name.lower() for name in (*names, *others)}) < len(names) + len(others):
            return self._read_any_case(source, path, names, text)
        # As text a value keeps every character it is written with; as a VARIANT it keeps what kind of value it is.
        fields = [StructField(name, StringType() if name in text else VariantType()) for name in (*names, *others)]
        schema = StructType([*fields, StructField(corrupt, StringType())])
        return Cells(
            source.schema(schema).format("json").load(path),
            cells={name: column(name) for name in names},
            typed=self._typed,
            rest=variants([part for name in others for part in (F.lit(name), column(name))]),
            corrupt=column(corrupt),
        )

    def _read_any_case(self, source: Any, path: str, names: list[str], text: set[str]) -> Cells:
        """As `read`, where names differ by case alone: no schema of Spark's can hold both."""
        from pyspark.sql import functions as F

        frame, record = self._records(source, path), F.col("record")
        return Cells(
            frame,
            cells={name: record[name].cast("string") if name in text else record[name] for name in names},
            typed=self._typed,
            rest=F.map_filter(record, lambda name, _: ~name.isin(names)),
            corrupt=F.when(record.isNull(), F.col("text")),
        )

    def _typed(self, cell: Any, field: Any) -> tuple[Any, Any]:
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType, StructField, StructType, VariantType

        if isinstance(field.dataType, (StringType, VariantType)):
            return cell, None
        whole = StructType([StructField("value", field.dataType)])
        value = F.from_json(F.to_json(F.struct(cell.alias("value"))), whole, self.options.lenient)["value"]
        return value, mismatch(cell, value, field.dataType)

    def _records(self, reader: Any, path: Any) -> Any:
        """Every object, as `record` (map<string, variant>; null for what is no object), with its `text`, as a DataFrame."""
        from pyspark.sql import functions as F

        parsing = self.options.lenient
        value = F.col("value")
        if encoding := self.options.parsing.get("encoding"):
            value = F.decode(value.cast("binary"), F.lit(encoding))
        one = F.from_json(value, "map<string,variant>", parsing)
        many = F.from_json(value, "array<map<string,variant>>", parsing)
        records = F.when(one.isNotNull(), F.array(one)).otherwise(F.coalesce(many, F.array(F.lit(None))))
        texts = reader.option("wholeText", self.options.parsing.get("multiline", "false")).format("text").load(path)
        return texts.where(F.trim(value) != "").select(F.explode(records).alias("record"), value.alias("text"))
