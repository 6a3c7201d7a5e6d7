"""`read_files`, and the older `cloud_files`, in a query's FROM: files as a stream of rows, read by Auto Loader.

Arguments: https://docs.databricks.com/aws/en/sql/language-manual/functions/read_files; cloud_files(path, format, map(…)).
"""

from dataclasses import dataclass, replace
from typing import Any

from local_runner.diagnostics import fail
from local_runner.pipeline.cloud_options import cloud_option

FUNCTIONS = ("READ_FILES", "CLOUD_FILES")
METADATA = "_metadata"


@dataclass(frozen=True)
class FilesCall:
    """A path and the options of Auto Loader; `schema` is a DDL string, or None where the columns are inferred.

    `metadata` says whether the files' own column is asked for: Spark hides it, and loses it under another name.
    """

    path: str
    options: dict[str, str]
    schema: str | None
    metadata: bool = False


def read_call(text: str, streaming: bool, metadata: bool = False) -> FilesCall:
    """The call that `text` is; `metadata` as FilesCall has it.

    Raises Failure where an argument is no literal, and for a batch.
    """
    import sqlglot

    call = sqlglot.parse_one(text, dialect="databricks")
    if call.name.upper() == "CLOUD_FILES":
        return replace(_cloud_files(call), metadata=metadata)
    if not streaming:
        raise fail(
            "read_files without STREAM is not supported in local runs",
            "Read it with STREAM read_files(…) into a streaming table, or with spark.read in Python",
        )
    return replace(_read_files(call), metadata=metadata)


def load_call(spark: Any, call: FilesCall) -> Any:
    """The call's rows as a streaming DataFrame."""
    reader = spark.readStream.format("cloudFiles").options(**call.options)
    frame = (reader.schema(call.schema) if call.schema else reader).load(call.path)
    return frame.select("*", METADATA) if call.metadata else frame


def _read_files(call: Any) -> FilesCall:
    from sqlglot import exp

    options = {"cloudFiles.inferColumnTypes": "true"}
    for argument in call.expressions[1:]:
        if not isinstance(argument, exp.Kwarg):
            raise fail(f"read_files has the argument {argument.sql('databricks')}", "Write it as option => value")
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
            raise fail(f"cloud_files has the argument {argument.sql('databricks')}", "Write its options as map(…)")
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
    raise fail(f"{value.sql('databricks')} is no literal", "Give read_files a literal, or ${key}")
