"""What one source file of a pipeline defines and reads, its tables named as the file names them."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

from local_runner.diagnostics import Diagnostic, Location

_PART = re.compile(r"[\w-]+")

# The parts of a name: `("raw_payments",)`, or `("catalog", "schema", "table")`.
Parts = tuple[str, ...]


class Kind(Enum):
    TABLE = "a table"
    VIEW = "a view that only its pipeline sees"
    FLOW = "rows added to a table"
    SINK = "a place outside the catalog"


@dataclass(frozen=True)
class Read:
    """`parts` is None where only running the code would tell which table it is.

    Not `is_certain` is a name in SQL that cannot be parsed: it may be that of a table which is read.
    """

    parts: Parts | None
    location: Location
    is_certain: bool = True


@dataclass(frozen=True)
class Definition:
    """`parts` is None where the name is not written in the file; for a flow it is the name of its target.

    `reads` are certain; `possible_reads` are the names in a query that cannot be parsed.
    """

    parts: Parts | None
    kind: Kind
    location: Location
    reads: tuple[Read, ...] = ()
    possible_reads: tuple[Read, ...] = ()


@dataclass(frozen=True)
class MissingSetting:
    """A read of a setting that the pipeline does not have: of its name as written, with nothing to take in its place."""

    name: str
    location: Location


@dataclass(frozen=True)
class Source:
    """`problems` are why the file has no definitions, or lacks some: it is not valid Python or SQL."""

    definitions: tuple[Definition, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    missing_settings: tuple[MissingSetting, ...] = ()

    def at(self, file: str) -> "Source":
        """The same source, where its text is that of another file."""
        return Source(
            tuple(
                replace(_at(one, file), reads=_all_at(one.reads, file), possible_reads=_all_at(one.possible_reads, file))
                for one in self.definitions
            ),
            tuple(_at(problem, file) for problem in self.problems),
            tuple(_at(setting, file) for setting in self.missing_settings),
        )


_Placed = TypeVar("_Placed", Read, Definition, Diagnostic, MissingSetting)


def _at(one: _Placed, file: str) -> _Placed:
    return replace(one, location=Location(file, one.location.line, one.location.column))


def _all_at(reads: tuple[Read, ...], file: str) -> tuple[Read, ...]:
    return tuple(_at(read, file) for read in reads)


def parts_of(text: str) -> Parts | None:
    """`a.b.c` in its parts, each without its backticks; None where `text` is no name of a table."""
    parts = tuple(part.strip().strip("`") for part in text.split("."))
    # A dot or a space inside backticks is too rare to be worth a parser.
    return parts if len(parts) <= 3 and all(map(_PART.fullmatch, parts)) else None
