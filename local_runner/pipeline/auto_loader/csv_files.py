"""Auto Loader's CSV: each file's own header says which column a value belongs to."""

import bz2
import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from local_runner.diagnostics import fail
from local_runner.pipeline.auto_loader.options import CloudOptions
from local_runner.pipeline.auto_loader.paths import paths_of
from local_runner.pipeline.auto_loader.rescue import Cells, column, variants
from local_runner.pipeline.auto_loader.seen_columns import SeenColumns

Header = tuple[str, ...]

# They say how a file is cut into records, which is over when a single value is given its type.
_OF_FILES = ("charset", "comment", "encoding", "enforceschema", "header", "linesep", "multiline")


@dataclass(frozen=True)
class CsvFiles:
    spark: Any
    options: CloudOptions

    def columns(self, files: Mapping[str, Path]) -> Any:
        """The columns that the files hold, as a StructType: text, or with their types where those are inferred."""
        from pyspark.sql.types import StringType, StructField, StructType

        columns: dict[str, Any] = {}
        for header, group in self._by_header(files).items():
            types = self._types(group, header) if self.options.infer_types else [StringType()] * len(header)
            for name, type_ in zip(header, types, strict=True):
                columns[name] = _wider(columns.get(name, type_), type_)
        return StructType([StructField(name, type_) for name, type_ in columns.items()])

    def _types(self, files: list[str], header: Header) -> list[Any]:
        inferred = self.spark.read.options(**{**self.options.parsing, "inferSchema": "true"}).csv(paths_of(files)).schema
        return [field.dataType for field in inferred][: len(header)]

    def read(self, source: Any, path: str, seen: SeenColumns, files: Mapping[str, Path]) -> Cells:
        """The cells of all files under `path`: Spark cuts the records, the headers name their values."""
        from pyspark.sql import functions as F

        groups = self._by_header(files)
        self._check_widths(path, {len(header) for header in groups}, seen)
        corrupt = self.options.corrupt_column
        width = max((len(header) for header in groups), default=0)
        places = [f"_c{place}" for place in range(width)]
        frame = source.option("enforceSchema", "true").schema(_ddl(*places, corrupt)).format("csv").load(path)
        group = F.lit(None)
        for index, files_of in enumerate(groups.values()):
            group = F.when(F.col("_metadata.file_path").isin(files_of), index).otherwise(group)
        cells: dict[str, Any] = {name: F.lit(None).cast("string") for name in seen.columns.names}
        rest: dict[str, Any] = {}
        for index, header in enumerate(groups):
            for name, place in zip((*header, *places[len(header) :]), places, strict=True):
                known = cells if name in cells else rest
                known[name] = F.when(F.col("group") == index, column(place)).otherwise(known.get(name, F.lit(None)))
        more = F.from_csv(column(corrupt), _ddl(*places, "more"), self._of_values())["more"]
        return Cells(
            frame.withColumn("group", group),
            cells=cells,
            typed=self._typed,
            rest=variants([part for name in rest for part in (F.lit(name), rest[name].cast("variant"))]),
            # A record that is too short has nulls, which lose nothing.
            corrupt=column(corrupt) if corrupt in seen.columns.names else F.when(more.isNotNull(), column(corrupt)),
        )

    def _check_widths(self, path: str, widths: set[int], seen: SeenColumns) -> None:
        corrupt, mode = self.options.corrupt_column, self.options.parsing.get("mode", "PERMISSIVE")
        if len(widths) > 1 and (corrupt in seen.columns.names or mode.upper() != "PERMISSIVE"):
            raise fail(
                f"the files under {path} have from {min(widths)} to {max(widths)} columns",
                f"Local runs then cannot tell which records are broken: leave out the hint {corrupt} and the option mode",
            )

    def _typed(self, cell: Any, field: Any) -> tuple[Any, Any]:
        from pyspark.sql import functions as F
        from pyspark.sql.types import StringType

        if isinstance(field.dataType, StringType):
            return cell, None
        exactly = {"quoteAll": "true", "ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false"}
        record = F.to_csv(F.struct(cell), {**self._of_values(), **exactly})
        value = F.from_csv(record, f"value {field.dataType.simpleString()}", self._of_values())["value"]
        return value, F.when(value.isNull(), cell.cast("variant"))

    def _of_values(self) -> dict[str, str]:
        return {key: value for key, value in self.options.lenient.items() if key not in _OF_FILES}

    def _by_header(self, files: Mapping[str, Path]) -> dict[Header, list[str]]:
        """The files by their header; those that are empty have none and no records."""
        groups: dict[Header, list[str]] = {}
        for uri, file in files.items():
            if first := self._first_record(file):
                groups.setdefault(self._header(first), []).append(uri)
        return groups

    def _header(self, first: list[str]) -> Header:
        """The names of the columns: as Spark makes them, from the first record where the option header says so."""
        if self.options.parsing.get("header", "false").lower() != "true":
            return tuple(f"_c{place}" for place in range(len(first)))
        lower = [name.lower() for name in first]
        return tuple(
            f"_c{place}" if not name else f"{name}{place}" if lower.count(name.lower()) > 1 else name
            for place, name in enumerate(first)
        )

    def _first_record(self, file: Path) -> list[str]:
        options = self.options.parsing
        comment = options.get("comment")
        encoding = options.get("encoding", options.get("charset", "utf-8"))
        with _opened(file, "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding) as lines:
            records = csv.reader(
                (line for line in lines if line.strip() and not (comment and line.startswith(comment))),
                delimiter=options.get("sep", options.get("delimiter", ",")).replace("\\t", "\t"),
                quotechar=options.get("quote", '"') or None,
                escapechar=options.get("escape", "\\") or None,
            )
            return next(records, [])


def _opened(file: Path, encoding: str) -> IO[str]:
    openers = {".gz": gzip.open, ".bz2": bz2.open}
    return openers.get(file.suffix, open)(file, "rt", encoding=encoding, newline="")


def _ddl(*names: str) -> str:
    """The schema of columns of text, as DDL."""
    return ", ".join(f"`{name}` STRING" for name in names)


def _wider(one: Any, other: Any) -> Any:
    """The type that holds the values of both."""
    from pyspark.sql.types import DateType, DoubleType, IntegerType, LongType, StringType, TimestampType

    for order in ((IntegerType(), LongType(), DoubleType()), (DateType(), TimestampType())):
        if one in order and other in order:
            return max(one, other, key=order.index)
    return one if one == other else StringType()
