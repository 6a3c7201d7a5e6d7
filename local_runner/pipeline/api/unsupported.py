"""What the text of a source file asks of the API that local runs do not do: told before Spark starts.

What the text does not show (a name put together at run time, a helper module of the bundle) is refused when it is called.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Location
from local_runner.pipeline.api import ARGUMENTS, DLT, PIPELINES
from local_runner.pipeline.api.refusals import (
    EFFECTS,
    READ_FORMATS,
    SINK_FORMATS,
    unsupported_argument,
    unsupported_effect,
    unsupported_format,
    unsupported_name,
    unsupported_reader,
)
from local_runner.pipeline.dbutils import PARTS

_MODULES = {"pyspark.pipelines": PIPELINES, "dlt": DLT}
# Names that a DataFrame alone has; `write` and `pivot` mean other things too.
_OF_FRAMES = {name for owner, name in EFFECTS if owner == "DataFrame"} - {"write"}


def unsupported(tree: ast.Module, path: Path) -> list[Diagnostic]:
    """One diagnostic for each name, argument and sink format that is not supported, in the order of the lines."""
    imported = dict(_imported(tree))
    problems: list[Diagnostic] = []
    for node in ast.walk(tree):
        location = Location(str(path), getattr(node, "lineno", 0))
        if isinstance(node, ast.ImportFrom) and node.module in _MODULES:
            problems += [
                unsupported_name(node.module, name.name, location, _MODULES[node.module])
                for name in node.names
                if _unknown(node.module, name.name)
            ]
        if isinstance(node, ast.Attribute) and (module := imported.get(ast.unparse(node.value))) in _MODULES:
            known = _MODULES[module]
            problems += [unsupported_name(module, node.attr, location, known)] if _unknown(module, node.attr) else []
        if isinstance(node, ast.Attribute):
            problems += _dbutils_problems(node, location)
            problems += _effect_problems(node, location)
        if isinstance(node, ast.Call):
            problems += _reader_problems(node, location)
            module, _, function = _called(node, imported).rpartition(".")
            problems += _call_problems(node, function, path) if module in _MODULES else []
    return sorted(problems, key=lambda problem: problem.location)


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each name that an import gives, and what it stands for, with dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _unknown(module: str, name: str) -> bool:
    return name not in _MODULES[module] and name != "*" and not name.startswith("__")


def _called(call: ast.Call, imported: dict[str, str]) -> str:
    """What a call calls, with dots, as far as imports tell."""
    if isinstance(call.func, ast.Attribute):
        return f"{imported.get(ast.unparse(call.func.value))}.{call.func.attr}"
    return imported.get(ast.unparse(call.func), "")


def _dbutils_problems(node: ast.Attribute, location: Location) -> Iterator[Diagnostic]:
    owner, _, part = ast.unparse(node.value).rpartition(".")
    if owner == "dbutils" and part in PARTS and node.attr not in PARTS[part]:
        yield unsupported_name(f"dbutils.{part}", node.attr, location)
    if part == "dbutils" and not owner and node.attr not in PARTS:
        yield unsupported_name("dbutils", node.attr, location)


def _effect_problems(node: ast.Attribute, location: Location) -> Iterator[Diagnostic]:
    if ast.unparse(node) == "spark.catalog":
        yield unsupported_effect("SparkSession", node.attr, location)
    if node.attr in _OF_FRAMES:
        yield unsupported_effect("DataFrame", node.attr, location)
    if node.attr in ("mode", "format", "save", "saveAsTable", "insertInto") and isinstance(node.value, ast.Attribute):
        yield from [unsupported_effect("DataFrame", "write", location)] if node.value.attr == "write" else []


def _reader_problems(call: ast.Call, location: Location) -> Iterator[Diagnostic]:
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Attribute):
        return
    if function.value.attr not in ("read", "readStream"):
        return
    given = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    format_ = given if function.attr == "format" else function.attr
    if isinstance(format_, str) and format_.lower() in READ_FORMATS:
        yield unsupported_reader(format_, location)


def _call_problems(call: ast.Call, function: str, path: Path) -> Iterator[Diagnostic]:
    for keyword in call.keywords:
        given = not isinstance(keyword.value, ast.Constant) or keyword.value.value not in (None, False)
        if keyword.arg and given and keyword.arg not in ARGUMENTS.get(function, {keyword.arg}):
            yield unsupported_argument(function, keyword.arg, Location(str(path), keyword.value.lineno))
    if function == "create_sink":
        for value in [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "format")]:
            if isinstance(value, ast.Constant) and value.value not in SINK_FORMATS:
                yield unsupported_format(value.value, Location(str(path), call.lineno))
