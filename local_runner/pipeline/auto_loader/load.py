"""The entry: a reader of cloudFiles becomes a streaming DataFrame."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from local_runner.diagnostics import fail
from local_runner.pipeline.auto_loader.csv_files import CsvFiles
from local_runner.pipeline.auto_loader.json_files import JsonFiles
from local_runner.pipeline.auto_loader.options import CloudOptions, cloud_options
from local_runner.pipeline.auto_loader.parquet_files import ParquetFiles
from local_runner.pipeline.auto_loader.paths import path_columns, path_value
from local_runner.pipeline.auto_loader.rescue import with_rescued
from local_runner.pipeline.auto_loader.schema_hints import with_hints
from local_runner.pipeline.auto_loader.seen_columns import SeenColumns, load_seen, nothing_seen, save_seen
from local_runner.pipeline.reading import FOREVER, FlowState
from local_runner.tables.volumes import Volumes

_READERS: dict[str, Callable[..., Any]] = {"csv": CsvFiles, "json": JsonFiles, "parquet": ParquetFiles}
_WILDCARDS = re.compile(r"[*?\[{]")


class AutoLoader:
    """Reads files for one run of a pipeline, whose graph and whose tables ask for the same ones."""

    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes
        self._looks: dict[Any, Any] = {}

    def place(self, path: str) -> Path:
        """Where `path` is on this machine. Raises Failure where its volume is empty."""
        return Path(self._volumes.local_path(path))

    def load(self, spark: Any, path: str, options: Mapping[str, str], schema: Any, state: FlowState | None) -> Any:
        """The rows of the files under `path`, a folder or a pattern, as a DataFrame: a stream, without `state` a batch.

        `options` are those of a reader of cloudFiles. `schema` is a StructType, its JSON form, DDL, or empty. Raises
        Failure for an option that is not supported, a folder that is not there, and a schema that cannot be inferred.
        """
        return _Load(spark, cloud_options(options, _given(schema)), path, self._volumes, state, self._looks).frame()


def _given(schema: Any) -> Any:
    from pyspark.sql.types import StructType

    if not schema or isinstance(schema, StructType):
        return schema or None
    return StructType.fromJson(json.loads(schema)) if schema.lstrip().startswith("{") else StructType.fromDDL(schema)


@dataclass(frozen=True)
class _Load:
    spark: Any
    options: CloudOptions
    path: str
    volumes: Volumes
    state: FlowState | None
    looks: dict[Any, Any]

    @property
    def root(self) -> str:
        """What `path` is for Spark."""
        uri = self.volumes.uri(self.path)
        if uri.startswith("dbfs:"):
            return uri
        local = self.volumes.local_path(self.path)
        if not local.startswith("/"):
            raise fail(f"Auto Loader reads {self.path}, which is no whole path", "Begin it with /Volumes/, dbfs:/ or /")
        return f"file:{local}"

    def frame(self) -> Any:
        from pyspark.sql import functions as F

        options, root, local = self.options, self.root, self.volumes.local_path(self.path)
        if not _WILDCARDS.search(local) and not Path(local).exists():
            raise fail(f"Auto Loader reads {self.path}, and there is no such folder", f"Make it: {local}")
        files = self._files()
        reader = self.spark.read if self.state is None else self.spark.readStream.option("maxFileAge", FOREVER)
        source = (
            reader.option("recursiveFileLookup", "true")
            .options(**options.parsing)
            .options(**({"pathGlobFilter": options.glob} if options.glob else {}))
        )
        if options.fixed is not None:
            partitions = self._partitions(files)
            columns = _without(options.fixed, partitions.names)
            rows = source.schema(columns).format(options.format).load(root)
            return rows.select("*", *(path_value(field).alias(field.name) for field in partitions))
        seen = self._seen(files)
        cells = _READERS[options.format](self.spark, options).read(source, root, seen, self._local(files))
        # A file whose columns nobody has looked at could lose some of them.
        words = F.concat(F.lit("a file came while the run was starting, run again: "), F.col("_metadata.file_path"))
        known = F.col("_metadata.file_path").isin(files)
        rows = cells.frame.where(F.when(known, F.lit(True)).otherwise(F.raise_error(words)))
        return with_rescued(replace(cells, frame=rows), options, seen)

    def _files(self) -> list[str]:
        """The files as Spark finds them, each as `_metadata.file_path` names it."""
        listing = self.spark.read.format("binaryFile").option("recursiveFileLookup", "true")
        if self.options.glob:
            listing = listing.option("pathGlobFilter", self.options.glob)
        # The one writes file:///x, the other file:/x, and so with dbfs.
        return sorted(re.sub(r"^(\w+):///", r"\1:/", uri) for uri in listing.load(self.root).inputFiles())

    def _local(self, files: list[str]) -> dict[str, Path]:
        """The place on this machine of each file, by its name in `_metadata.file_path`."""
        return {file: Path(self.volumes.local_path(unquote(file))) for file in files}

    def _seen(self, files: list[str]) -> SeenColumns:
        """The columns after a look at the new files; kept for the next run where the state may be written."""
        options = self.options
        key = hashlib.sha256(json.dumps([options.format, self.root, options.glob]).encode()).hexdigest()[:12]
        state = self.state or FlowState()
        memory = state.folder / f"columns-{key}.json" if state.folder else None
        before = load_seen(memory)
        new = frozenset(files) - (before.files if before else frozenset())
        if not new and before is None and options.given is None:
            raise fail(f"{self.path} holds no file to infer columns from", "Put one there, or give them with .schema(…)")
        found = self._found(sorted(new))
        seen = before or self._first(files)
        if before is None and options.given is None:
            seen = seen.after(found, new, grow=True)
        seen = self._hinted(seen)
        if options.mode == "failOnNewColumns" and state.writable and (names := seen.unknown(found)):
            raise fail(
                f"new files under {self.path} hold new columns: {', '.join(names)}",
                "cloudFiles.schemaEvolutionMode is failOnNewColumns: add them as schemaHints, or take the files away",
            )
        seen = seen.after(found, new, grow=options.mode == "addNewColumns")
        if memory and state.writable and seen != before:
            save_seen(memory, seen)
        return seen

    def _found(self, files: list[str]) -> Any:
        """The columns that `files` hold, as a StructType; each file is looked at once a run."""
        if not files:
            return nothing_seen().found
        options, places = self.options, self._local(files)
        stats = {file: place.stat() for file, place in places.items()}
        identities = [(file, stat.st_size, stat.st_mtime_ns) for file, stat in stats.items()]
        key = (options.format, options.infer_types, *sorted(options.parsing.items()), *identities)
        if key not in self.looks:
            self.looks[key] = _READERS[options.format](self.spark, options).columns(places)
        return self.looks[key]

    def _first(self, files: list[str]) -> SeenColumns:
        """Before the first look: the columns that were given, and those of the path."""
        seen = replace(nothing_seen(), partitions=self._partitions(files))
        return replace(seen, columns=_without(self.options.given or seen.columns, seen.partitions.names))

    def _partitions(self, files: list[str]) -> Any:
        """The columns of the path; where the schema is given, those that it names or that are asked for."""
        from pyspark.sql.types import StructType

        options = self.options
        found = path_columns(files, self.root, options.infer_types) if files else StructType([])
        given = {field.name: field for field in options.given or ()}
        if options.partitions is not None:
            return StructType([given.get(field.name, field) for field in found if field.name in options.partitions])
        if options.given is not None:
            return StructType([given[field.name] for field in found if field.name in given])
        return found

    def _hinted(self, seen: SeenColumns) -> SeenColumns:
        of_path = [hint for hint in self.options.hints if hint.path[0] in seen.partitions.names]
        others = [hint for hint in self.options.hints if hint not in of_path]
        return replace(seen, partitions=with_hints(seen.partitions, of_path), columns=with_hints(seen.columns, others))


def _without(columns: Any, names: list[str]) -> Any:
    from pyspark.sql.types import StructType

    return StructType([field for field in columns if field.name not in names])
