"""Expected failures as values: collected where they arise, printed once at the edge.

Failure                 the one exception that carries diagnostics up to the edge
└── (no subclasses: what differs between failures is data, not type)
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import TextIO

from local_runner.width import width_of, wrapped


class Severity(str, Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file, or in a text that is in none (""); `line` and `column` count from 1, 0 where unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.file:
            return f"line {self.line}"
        return f"{self.file}:{self.line}" if self.line else self.file

    def relative_to(self, root: Path) -> "Location":
        """The same place with its file relative to `root`, where it lies under it."""
        path = Path(self.file)
        if path.is_absolute() and path.is_relative_to(root):
            return Location(str(path.relative_to(root)), self.line, self.column)
        return self


@dataclass(frozen=True)
class Diagnostic:
    """What is wrong (`summary`), where (`location`), what to do (`remedy`).

    `detail` holds lines to print below as they are: an excerpt, a person's own traceback lines. `local_only` is what local
    runs do not do, or cannot tell, and Databricks may take all the same.
    """

    summary: str
    remedy: str = ""
    location: Location | None = None
    severity: Severity = Severity.ERROR
    detail: str = ""
    local_only: bool = False

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        lines = [f"{self.severity.value.capitalize()}: {place}{self.summary}"]
        lines += [f"  {line}" for line in self.detail.splitlines()]
        lines += [f"  {line}" for line in self.remedy.splitlines()]
        return "\n".join(lines)

    def relative_to(self, root: Path) -> "Diagnostic":
        """The same with every file under `root` named as one finds it from there."""
        within = re.compile(rf"(?<![\w./-]){re.escape(str(root).rstrip('/'))}/(?=\w)")
        near = {name: within.sub("", getattr(self, name)) for name in ("summary", "remedy", "detail")}
        return replace(self, location=self.location and self.location.relative_to(root), **near)


class Failure(Exception):
    """Stops the work at hand; the command prints its diagnostics and exits with 1."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.summary for d in diagnostics))
        self.diagnostics = diagnostics


def fail(summary: str, remedy: str = "", location: Location | None = None, detail: str = "") -> Failure:
    """A `Failure` of one error, to be raised: `raise fail("no pipeline named x", "did you mean y?")`."""
    return Failure(Diagnostic(summary, remedy, location, detail=detail))


def not_supported(summary: str, remedy: str = "", location: Location | None = None) -> Failure:
    """A `Failure` of one error that only a local run has, to be raised: Databricks may take what is refused here."""
    return Failure(Diagnostic(summary, remedy, location, local_only=True))


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A remedy for a name that is none of `known`: the one most like it, else `otherwise`."""
    close = get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]}?" if close else otherwise


def print_diagnostics(diagnostics: Iterable[Diagnostic], stream: TextIO | None = None) -> None:
    """Write each diagnostic to `stream` (stderr by default), with its files as one finds them from the working directory."""
    stream = stream or sys.stderr
    for diagnostic in diagnostics:
        lines = str(diagnostic.relative_to(Path.cwd())).splitlines()
        print("\n".join(wrapped(line, width_of(stream)) for line in lines), file=stream)
