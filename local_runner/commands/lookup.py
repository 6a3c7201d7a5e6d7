"""Which table a person means by a name, and what they should know of it, in `show` and `sql`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from local_runner.diagnostics import Diagnostic, Severity
from local_runner.tables import TableEntry, TableStore
from local_runner.tables.name import the_one

if TYPE_CHECKING:
    from local_runner.bundle import ResolvedBundle


def made_table(text: str, store: TableStore, bundle: "Callable[[], ResolvedBundle]") -> TableEntry | None:
    """The table of `store` that `text` means: whole or by its last parts, else without the target's prefix.

    `bundle` is called only where the name alone does not tell. Raises Failure where several are called so.
    """
    from local_runner.pipeline.spec import fixtures_of

    entries = {entry.name: entry for entry in store.all()}
    found = [name for name in entries if name.ends_with(text)]
    if entries and not found:
        fixtures = fixtures_of(bundle())
        found = [name for name in entries if fixtures.without_prefix(name).ends_with(text)]
    return entries[the_one(text, found)] if found else None


def notes(text: str, entry: TableEntry, store: TableStore) -> list[Diagnostic]:
    """Warnings about the table that `text` has been taken for."""
    found = []
    if not entry.name.ends_with(text):
        said = text.replace("`", "")
        found.append((f"{said} is {entry.name} in target {store.state.name}", "Its rows are those that a run has made"))
    return [Diagnostic(summary, remedy, severity=Severity.WARNING) for summary, remedy in found]
