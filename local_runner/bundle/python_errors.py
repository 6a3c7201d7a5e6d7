"""What loading Python resources reports, as diagnostics that show a person's own lines of a traceback."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import importlib
import pkgutil
import re
from enum import Enum
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Diagnostic, Location, Severity

_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+)')
_IMPORT = "<frozen importlib."
_UNKNOWN_FIELD = re.compile(r"Unexpected field '(?P<word>.*)' for class (?P<class_>\w+)$")
_UNKNOWN_VALUE = re.compile(r"'(?P<word>.*)' is not a valid (?P<class_>\w+)$")
# How many values are all named.
_LISTED = 12


def diagnostic(entry: dict[str, Any], root: Path) -> Diagnostic:
    """One entry of the file of diagnostics that `databricks.bundles.build` writes for the bundle in `root`."""
    severity = Severity.WARNING if entry.get("severity") == "warning" else Severity.ERROR
    detail, last = _own_lines(entry.get("detail") or "", root)
    reported = location(entry["location"], root) if entry.get("location") else None
    at = last or (reported if reported and _is_own(Path(reported.file), root) else None)
    summary = entry.get("summary", "")
    if summary.startswith("Duplicate resource name"):
        remedy = "Give each a key of its own: the key is the variable's name."
        return Diagnostic(summary, remedy, at, severity, detail)
    remedy = "Correct the file: its resources are left out." if last else ""
    if unknown := _UNKNOWN_FIELD.search(detail) or _UNKNOWN_VALUE.search(detail):
        remedy = _known_instead(unknown) or remedy
        at = (last and _place_of(unknown["word"], last)) or at
    return Diagnostic(summary, remedy, at, severity, detail)


def location(entry: dict[str, Any], root: Path) -> Location:
    return Location(str(root / entry["file"]), entry.get("line") or 0, entry.get("column") or 0)


def _own_lines(detail: str, root: Path) -> tuple[str, Location | None]:
    """`detail` with only those frames of a traceback that lie in the bundle, and the place of the last of them.

    What comes before the first import is how the bundle's loader came to the file: it is left out too.
    """
    lines = [line for line in detail.splitlines() if not line.startswith("Traceback (") and line.strip(" ^~")]
    first = next((index for index, line in enumerate(lines) if _IMPORT in line), 0)
    kept, last, own = [], None, True
    for line in lines[first:]:
        frame = _FRAME.match(line)
        if frame:
            path = Path(frame["file"])
            own = _is_own(path, root)
            last = Location(str(path), int(frame["line"])) if own else last
        elif not line.startswith("  "):
            own = True
        if own:
            kept.append(f"  {path.relative_to(root)}:{frame['line']}" if frame else line)
    return "\n".join(kept), last


def _is_own(file: Path, root: Path) -> bool:
    return file.is_relative_to(root) and "site-packages" not in file.parts


def _place_of(word: str, statement: Location) -> Location | None:
    """Where `word` stands in the statement whose first line an error names; None where that is not once."""
    tree = ast.parse(Path(statement.file).read_bytes())
    around = [
        node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node.lineno <= statement.line <= node.end_lineno
    ]
    words = [node for node in ast.walk(around[-1]) if _names(node, word)] if around else []
    return Location(statement.file, words[0].lineno) if len(words) == 1 else None


def _names(node: ast.AST, word: str) -> bool:
    return (isinstance(node, ast.Constant) and node.value == word) or (isinstance(node, ast.keyword) and node.arg == word)


def _known_instead(unknown: re.Match[str]) -> str:
    """A hint where the error is a field or a value that a class of databricks-bundles does not have."""
    class_, known = unknown["class_"], _known(unknown["class_"])
    close = difflib.get_close_matches(unknown["word"], known, n=1)
    hint = f"Did you mean {close[0]}?" if close else ""
    if unknown.re is _UNKNOWN_FIELD:
        return hint or f"Remove it: {class_} has no such field."
    every = f"The values are: {', '.join(known)}." if 0 < len(known) <= _LISTED else ""
    return " ".join(filter(None, (hint, every)))


def _known(class_name: str) -> list[str]:
    """The fields or values of a class of databricks-bundles."""
    import databricks.bundles

    for package in pkgutil.iter_modules(databricks.bundles.__path__):
        class_ = getattr(importlib.import_module(f"databricks.bundles.{package.name}"), class_name, None)
        if dataclasses.is_dataclass(class_):
            return [field.name for field in dataclasses.fields(class_)]
        if isinstance(class_, type) and issubclass(class_, Enum):
            return [str(value.value) for value in class_]
    return []
