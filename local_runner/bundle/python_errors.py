"""What loading Python resources reports, as diagnostics that show a person's own lines of a traceback."""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Diagnostic, Location, Severity

_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+)')
_IMPORT = "<frozen importlib."
_UNKNOWN_FIELD = re.compile(r"Unexpected field '(?P<field>.*)' for class (?P<class_>\w+)$")


def diagnostic(entry: dict[str, Any], root: Path) -> Diagnostic:
    """One entry of the file of diagnostics that `databricks.bundles.build` writes for the bundle in `root`."""
    severity = Severity.WARNING if entry.get("severity") == "warning" else Severity.ERROR
    detail, last = _own_lines(entry.get("detail") or "", root)
    reported = location(entry["location"], root) if entry.get("location") else None
    at = last or (reported if reported and _is_own(Path(reported.file), root) else None)
    summary = entry.get("summary", "")
    if summary.startswith("Duplicate resource name"):
        remedy = "Give each a key of its own: the key is the variable's name."
    else:
        remedy = _did_you_mean(detail) or ("Correct the file: its resources are left out." if last else "")
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


def _did_you_mean(detail: str) -> str:
    """A hint where the error is a field that a class of databricks-bundles does not have."""
    unknown = _UNKNOWN_FIELD.search(detail)
    if not unknown:
        return ""
    close = difflib.get_close_matches(unknown["field"], _fields(unknown["class_"]), n=1)
    return f"Did you mean {close[0]}?" if close else f"Remove it: {unknown['class_']} has no such field."


def _fields(class_name: str) -> list[str]:
    import databricks.bundles

    for package in pkgutil.iter_modules(databricks.bundles.__path__):
        class_ = getattr(importlib.import_module(f"databricks.bundles.{package.name}"), class_name, None)
        if dataclasses.is_dataclass(class_):
            return [field.name for field in dataclasses.fields(class_)]
    return []
