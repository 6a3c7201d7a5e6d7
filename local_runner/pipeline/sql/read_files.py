"""`read_files`, and the older `cloud_files`, in a query's FROM: files as rows, read by Auto Loader.

Arguments: https://docs.databricks.com/aws/en/sql/language-manual/functions/read_files; cloud_files(path, format, map(…)).
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local_runner.diagnostics import fail, not_supported
from local_runner.pipeline.auto_loader import AutoLoader
from local_runner.pipeline.auto_loader.options import cloud_option
from local_runner.pipeline.reading import FlowState

FUNCTIONS = ("READ_FILES", "CLOUD_FILES")
METADATA = "_metadata"
_SUFFIXES = {".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".parquet": "parquet", ".txt": "text"}


@dataclass(frozen=True)
class FilesCall:
    """A path and the options of Auto Loader; `schema` is a DDL string, or None where the columns are inferred.

    The rows are a stream or a batch. `metadata` says whether the files' own column is asked for: Spark hides it, and loses
    it under another name.
    """

    path: str
    options: dict[str, str]
    schema: str | None
    streaming: bool = True
    metadata: bool = False


def read_call(text: str, streaming: bool, metadata: bool = False) -> FilesCall:
    """The call that `text` is; `metadata` as FilesCall has it. Raises Failure where an argument is no literal."""
    import sqlglot

    call = sqlglot.parse_one(text, dialect="databricks")
    if call.name.upper() == "CLOUD_FILES":
        return replace(_cloud_files(call), metadata=metadata)
    return replace(_read_files(call), streaming=streaming, metadata=metadata)


def load_call(spark: Any, call: FilesCall, loader: AutoLoader, state: FlowState) -> Any:
    """The call's rows as a DataFrame. Raises Failure where the format is neither given nor clear from the files' names."""
    options = call.options
    if "cloudFiles.format" not in options:
        options = {**options, "cloudFiles.format": _format(loader.place(call.path))}
    frame = loader.load(spark, call.path, options, call.schema, state if call.streaming else None)
    return frame.select("*", METADATA) if call.metadata else frame


def _format(place: Path) -> str:
    """The format that the names of the files at `place`, a file, a folder or a pattern, end in."""
    files = [place] if place.is_file() else place.rglob("*") if place.is_dir() else Path("/").glob(f"{place}"[1:])
    suffixes = {suffix for file in files for suffix in file.suffixes[-2:] if file.is_file()}
    formats = {_SUFFIXES[suffix] for suffix in suffixes if suffix in _SUFFIXES}
    if len(formats) != 1:
        raise fail(f"read_files cannot tell the format of {place.name}", "Say it: format => 'json'")
    return formats.pop()


def _read_files(call: Any) -> FilesCall:
    from sqlglot import exp

    options = {"cloudFiles.inferColumnTypes": "true"}
    for argument in call.expressions[1:]:
        if not isinstance(argument, exp.Kwarg):
            raise not_supported(f"read_files has the argument {argument.sql('databricks')}", "Write it as option => value")
        options[argument.this.name] = _literal(argument.expression)
    schema = options.pop("schema", None)
    return FilesCall(_path(call), {cloud_option(name): value for name, value in options.items()}, schema)


def _cloud_files(call: Any) -> FilesCall:
    from sqlglot import exp

    options = {}
    for position, argument in enumerate(call.expressions[1:]):
        if position == 0:
            options["cloudFiles.format"] = _literal(argument)
        elif isinstance(argument, exp.VarMap):
            pairs = zip(argument.args["keys"].expressions, argument.args["values"].expressions, strict=True)
            options |= {_literal(key): _literal(value) for key, value in pairs}
        else:
            raise not_supported(f"cloud_files has the argument {argument.sql('databricks')}", "Write its options as map(…)")
    return FilesCall(_path(call), options, options.pop("schema", None))


def _path(call: Any) -> str:
    if not call.expressions:
        raise fail(f"{call.name} has no path", "Give it one")
    return _literal(call.expressions[0])


def _literal(value: Any) -> str:
    """A literal's text as an option has it: `true` for TRUE."""
    from sqlglot import exp

    if isinstance(value, exp.Boolean):
        return str(value.this).lower()
    if isinstance(value, exp.Literal):
        return value.this
    raise not_supported(f"{value.sql('databricks')} is no literal", "Give read_files a literal, or ${key}")
