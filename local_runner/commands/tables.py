"""`tables`: list the tables that local runs have made."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from local_runner.commands.arguments import add_bundle, add_output

if TYPE_CHECKING:
    from local_runner.tables import TableStore

# Inactive is a table that its pipeline no longer defines.
COLUMNS = ["name", "kind", "state", "rows", "updated", "pipeline", "comment"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_bundle(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from local_runner.bundle import target_named
    from local_runner.tables import TableStore
    from local_runner.terminal import print_json_lines, print_table

    target = target_named(arguments.bundle, arguments.target)
    listed = list(_listed(TableStore(arguments.bundle.resolve() / ".local" / target)))
    if arguments.output == "json":
        print_json_lines(listed)
    elif not listed:
        print(f"No run has made a table of target {target}")
    else:
        print_table(f"Tables of target {target}", COLUMNS, listed)
    return 0


def _listed(store: "TableStore") -> Iterator[dict[str, Any]]:
    from local_runner.tables.rows import count

    for entry in store.all():
        updated = store.updated(entry).astimezone().isoformat(" ", "seconds")
        state = "active" if entry.active else "inactive"
        values = (str(entry.name), entry.kind, state, count(store, entry), updated, entry.pipeline, entry.comment)
        yield dict(zip(COLUMNS, values, strict=True))
