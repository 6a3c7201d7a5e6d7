"""Auto Loader (`format("cloudFiles")`) on open-source Spark.

    options (cloud_options.py) + the folder's files
      --look at the files that are new-->  columns (seen_columns.py): they only grow
      --Spark's own reader of the format-->  cells, what no column takes, what could not be read
      -->  typed columns, partition columns, rescued data (rescue.py)

The order of events differs from Databricks' in one way: there a new column stops the stream, and the next update has it.
Here the new files are looked at before they are read, so the same run has it.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from local_runner.diagnostics import fail
from local_runner.pipeline.cloud_options import CloudOptions, cloud_options
from local_runner.pipeline.json_files import JsonFiles
from local_runner.pipeline.reading import FOREVER, FlowState
from local_runner.pipeline.rescue import with_rescued
from local_runner.pipeline.seen_columns import SeenColumns, first_columns, load_seen, save_seen

_READERS = {"json": JsonFiles}


@dataclass(frozen=True)
class Folder:
    """What Auto Loader watches: its place on this machine, and what Spark calls it."""

    local: Path
    uri: str


def load_cloud_files(reader: Any, folder: Folder, schema: Any, state: FlowState) -> Any:
    """The rows of the files under `folder`, as a streaming DataFrame of the session of `reader`.

    `reader` is Connect's DataStreamReader, with its options and schema; `schema` is that of `load(schema=…)`.
    Raises Failure for an option that is not supported, a folder that is not there, and a schema that cannot be inferred.
    """
    spark = reader._client
    options = cloud_options(reader._options, given_schema(schema or reader._schema))
    if not re.search(r"[*?\[{]", folder.uri) and not folder.local.exists():
        raise fail(f"Auto Loader reads {folder.uri}, and there is no such folder", f"Make it: {folder.local}")
    source = (
        spark.readStream.option("recursiveFileLookup", "true")
        .option("maxFileAge", FOREVER)
        .options(**options.parsing)
        .options(**({"pathGlobFilter": options.glob} if options.glob else {}))
    )
    if options.given is not None and options.rescued is None and options.mode == "none":
        return source.schema(options.given).format(options.format).load(folder.uri)
    files = _listed(spark, folder, options)
    seen = _seen(spark, options, folder, files, state)
    cells = _READERS[options.format](spark, options).read(source, folder.uri, seen)
    return with_rescued(cells, options, seen)


def given_schema(schema: Any) -> Any:
    """A schema as a reader takes it (StructType, its JSON form, DDL, none) as a StructType or None."""
    from pyspark.sql.types import StructType

    if not schema or isinstance(schema, StructType):
        return schema or None
    return StructType.fromJson(json.loads(schema)) if schema.lstrip().startswith("{") else StructType.fromDDL(schema)


def _listed(spark: Any, folder: Folder, options: CloudOptions) -> list[str]:
    """The files as Spark finds them, each as `_metadata.file_path` names it."""
    listing = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    if options.glob:
        listing = listing.option("pathGlobFilter", options.glob)
    return sorted(re.sub(r"^(\w+):///", r"\1:/", uri) for uri in listing.load(folder.uri).inputFiles())


def _seen(spark: Any, options: CloudOptions, folder: Folder, files: Sequence[str], state: FlowState) -> SeenColumns:
    """The columns after a look at the new files; kept for the next run where `state` may be written."""
    key = hashlib.sha256(json.dumps([options.format, folder.uri, options.glob]).encode()).hexdigest()[:12]
    memory = state.folder / f"columns-{key}.json" if state.folder else None
    before = load_seen(memory)
    new = frozenset(files) - (before.files if before else frozenset())
    if before is None and options.given is None and not new:
        raise fail(
            f"{folder.uri} holds no file to infer columns from",
            f"Put one under {folder.local}, or give the columns with .schema(…)",
        )
    seen = first_columns(options.given or options.hints) if before is None else before.hinted(options.hints)
    if new:
        found = _READERS[options.format](spark, options).columns([_path(file) for file in sorted(new)])
        infers = before is None and options.given is None
        if options.mode == "failOnNewColumns" and not infers and state.writable and (names := seen.unknown(found)):
            raise fail(
                f"new files under {folder.uri} hold new columns: {', '.join(names)}",
                "cloudFiles.schemaEvolutionMode is failOnNewColumns: add them as schemaHints, or take the files away",
            )
        seen = seen.add(found, new, infers or options.mode == "addNewColumns")
        seen = seen.in_order_of(found) if infers else seen
    if memory and state.writable and seen != before:
        save_seen(memory, seen)
    return seen


def _path(file: str) -> str:
    """A path that Spark reads as this one file: its own form of the URI, with wildcards escaped."""
    return re.sub(r"([\\*?\[\]{},])", r"\\\1", unquote(file))
