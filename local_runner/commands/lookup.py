"""Which table a person means by a name, and what they should know of it, in `show` and `sql`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from local_runner.diagnostics import Diagnostic, Severity
from local_runner.tables import TableEntry, TableName, TableStore
from local_runner.tables.name import the_one

if TYPE_CHECKING:
    from local_runner.bundle import ResolvedBundle


def made_table(text: str, store: TableStore, bundle: "Callable[[], ResolvedBundle]") -> TableEntry | None:
    """The table of `store` that `text` means: whole or by its last parts, else without the target's prefix.

    Of several that end so, those in schemas of the bundle's pipelines come first: another user's are left over. `bundle` is
    called only where the name alone does not tell. Raises Failure where several are left.
    """
    entries = {entry.name: entry for entry in store.all()}
    found = [name for name in entries if name.ends_with(text)]
    if entries and len(found) != 1:
        found = _of_this_target(text, list(entries), found, bundle())
    return entries[the_one(text, found)] if found else None


def _of_this_target(text: str, made: list[TableName], found: list[TableName], bundle: "ResolvedBundle") -> list[TableName]:
    from local_runner.pipeline.spec import fixtures_of

    if found:
        schemas = _schemas(bundle)
        return [name for name in found if (name.catalog, name.schema) in schemas] or found
    fixtures = fixtures_of(bundle)
    return [name for name in made if fixtures.without_prefix(name).ends_with(text)]


def _schemas(bundle: "ResolvedBundle") -> set[tuple[str, str]]:
    """The catalogs and schemas in which the bundle's pipelines write."""
    keys = bundle.value.get("resources", {}).get("pipelines", {})
    pipelines = [bundle.deployed("resources", "pipelines", key) for key in keys]
    return {(str(one.get("catalog")).lower(), str(one.get("schema", one.get("target"))).lower()) for one in pipelines}


def notes(text: str, entry: TableEntry, store: TableStore) -> list[Diagnostic]:
    """Warnings about the table that `text` has been taken for."""
    found = []
    if not entry.name.ends_with(text):
        said = text.replace("`", "")
        found.append((f"{said} is {entry.name} in target {store.state.name}", "Its rows are those that a run has made"))
    if not entry.active:
        of = f"Its rows are of {store.updated(entry).astimezone():%Y-%m-%d %H:%M:%S}"
        found.append((f"{entry.name} is inactive: the pipeline {entry.pipeline} no longer defines it", of))
    return [Diagnostic(summary, remedy, severity=Severity.WARNING) for summary, remedy in found]
