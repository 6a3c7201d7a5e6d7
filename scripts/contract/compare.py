"""What has changed since a contract was recorded: an error where it breaks those who read the table, else a warning."""

from collections.abc import Iterator

from local_runner.diagnostics import Diagnostic, Severity
from scripts.contract.tables import NOT_NULL, Column, Table, Tables

_RECORD = "just contract --update"
_BROKEN = f"Bring it back for those who read it; or, where nobody is left who does, record the change: {_RECORD}"
_ADDED = f"Nothing breaks. Record it: {_RECORD}"


def compare(pair: str, recorded: Tables, found: Tables) -> Iterator[Diagnostic]:
    """The differences between the contract of `pair` and what its code makes."""
    for name, table in recorded.items():
        if name in found:
            yield from _compare_columns(name, table, found[name])
        else:
            yield Diagnostic(f"{pair} no longer makes {name}", _BROKEN, table.location)
    for name in found.keys() - recorded.keys():
        yield Diagnostic(f"{name} has no contract yet", _ADDED, found[name].location, Severity.WARNING)


def _compare_columns(name: str, recorded: Table, found: Table) -> Iterator[Diagnostic]:
    for column, was in recorded.columns.items():
        now = found.columns.get(column)
        if now is None:
            yield Diagnostic(f"{name} no longer has the column {column}", _BROKEN, was.location)
        elif now.type != was.type:
            yield _changed(f"{name}.{column}", was, now)
    for column in found.columns.keys() - recorded.columns.keys():
        new = f"{name} has a new column {column}, {found.columns[column].type}"
        yield Diagnostic(new, _ADDED, recorded.location, Severity.WARNING)


def _changed(name: str, was: Column, now: Column) -> Diagnostic:
    before, after = was.type.removesuffix(NOT_NULL), now.type.removesuffix(NOT_NULL)
    if before != after:
        return Diagnostic(f"{name} is {after} now; recorded is {before}", _BROKEN, was.location)
    if now.type == after:
        return Diagnostic(f"{name} can be NULL now; recorded is that it never is", _BROKEN, was.location)
    return Diagnostic(f"{name} is never NULL now", _ADDED, was.location, Severity.WARNING)
