"""Auto Loader's JSON: an object a line, a list of objects, or with multiLine a file as a whole."""

from dataclasses import dataclass
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.cloud_options import CloudOptions
from local_runner.pipeline.rescue import Cells, column, corrupt_column
from local_runner.pipeline.seen_columns import SeenColumns


@dataclass(frozen=True)
class JsonFiles:
    spark: Any
    options: CloudOptions

    def columns(self, paths: list[str]) -> Any:
        """The columns that the files hold, by name, as a StructType: text, or with their types where those are inferred."""
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType, StructField, StructType

        if self.options.infer_types:
            return self._typed_columns(paths)
        records = self._records(self.spark.read.options(**self.options.parsing), paths)
        names = records.select(F.explode(F.map_keys("record")).alias("name")).distinct().collect()
        return StructType([StructField(name, StringType()) for name in sorted(row["name"] for row in names)])

    def _typed_columns(self, paths: list[str]) -> Any:
        from pyspark.errors import AnalysisException
        from pyspark.sql.types import StructType

        try:
            inferred = self.spark.read.options(**self.options.parsing).json(paths).schema
        except AnalysisException as error:
            if error.getCondition() != "COLUMN_ALREADY_EXISTS":
                raise
            column = error.getMessageParameters()["columnName"]
            raise fail(
                f"the files hold the column {column} in upper and in lower case",
                "Local runs cannot infer its type: leave out cloudFiles.inferColumnTypes, and give the types as schemaHints",
            ) from None
        return StructType([field for field in inferred if field.name != corrupt_column(self.options)])

    def read(self, source: Any, path: str, seen: SeenColumns) -> Cells:
        """The cells of all files under `path`, through `source`, a reader with the options of parsing."""
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType, StructField, StructType, VariantType

        corrupt = corrupt_column(self.options)
        names = [name for name in seen.columns.names if name != corrupt]
        text = {field.name for field in seen.columns if isinstance(field.dataType, StringType)}
        if len({name.lower() for name in (*names, *seen.others)}) < len(names) + len(seen.others):
            return self._read_any_case(source, path, names, text)
        fields = [StructField(name, StringType() if name in text else VariantType()) for name in names]
        fields += [StructField(name, VariantType()) for name in seen.others]
        fields.append(StructField(corrupt, StringType()))
        frame = source.option("columnNameOfCorruptRecord", corrupt).schema(StructType(fields)).format("json").load(path)
        rest = [part for name in seen.others for part in (F.lit(name), column(name))]
        return Cells(
            frame,
            cells={name: column(name) for name in names},
            rest=F.create_map(*rest).cast("map<string,variant>"),
            corrupt=column(corrupt),
        )

    def _read_any_case(self, source: Any, path: str, names: list[str], text: set[str]) -> Cells:
        """As `read`, where names differ by case alone: no schema of Spark's can hold both."""
        from pyspark.sql import functions as F

        frame, record = self._records(source, path), F.col("record")
        return Cells(
            frame,
            cells={name: record[name].cast("string") if name in text else record[name] for name in names},
            rest=F.map_filter(record, lambda name, _: ~name.isin(names)),
            corrupt=F.when(record.isNull(), F.col("text")),
        )

    def _records(self, reader: Any, path: Any) -> Any:
        """A DataFrame of every object, as `record` (map<string, variant>), and of `text`, what is no object."""
        from pyspark.sql import functions as F

        parsing = {
            key: value for key, value in self.options.parsing.items() if key not in ("mode", "columnnameofcorruptrecord")
        }
        multiline = parsing.get("multiline", "false")
        value = F.col("value")
        if encoding := parsing.get("encoding"):
            value = F.decode(value.cast("binary"), encoding)
        one = F.from_json(value, "map<string,variant>", parsing or None)
        many = F.from_json(value, "array<map<string,variant>>", parsing or None)
        records = F.when(one.isNotNull(), F.array(one)).otherwise(F.coalesce(many, F.array(F.lit(None))))
        lines = reader.option("wholeText", multiline).format("text").load(path).where(F.trim("value") != "")
        return lines.select(F.explode(records).alias("record"), F.col("value").alias("text"))
