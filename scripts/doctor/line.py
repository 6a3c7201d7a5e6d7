"""One thing that was looked at: what was found, whether that is all right, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from local_runner.diagnostics import Diagnostic


class Status(str, Enum):
    """An error is what keeps this machine from local work; a warning is what something else will need."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Line:
    name: str
    status: Status
    found: str
    remedy: str = ""


def ok(name: str, found: str) -> Line:
    return Line(name, Status.OK, found)


def warning(name: str, found: str, remedy: str) -> Line:
    return Line(name, Status.WARNING, found, remedy)


def error(name: str, found: str, remedy: str) -> Line:
    return Line(name, Status.ERROR, found, remedy)


def told(name: str, status: Status, diagnostic: Diagnostic) -> Line:
    """A line that says what `diagnostic` says."""
    place = f" ({diagnostic.location})" if diagnostic.location else ""
    return Line(name, status, f"{diagnostic.summary}{place}", diagnostic.remedy)
