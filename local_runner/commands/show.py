"""`show`: print a table that local runs have made."""

import argparse
from typing import TYPE_CHECKING

from local_runner.commands.arguments import add_bundle, add_limit, add_output
from local_runner.diagnostics import Failure, fail, print_diagnostics

if TYPE_CHECKING:
    from local_runner.tables import TableEntry, TableStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="a table's name; schema and catalog before it where others share it")
    add_bundle(parser)
    add_output(parser)
    add_limit(parser)


def run(arguments: argparse.Namespace) -> int:
    from local_runner.bundle import resolve, target_named
    from local_runner.commands.lookup import made_table, notes
    from local_runner.tables import TableStore
    from local_runner.tables.rows import columns, rows
    from local_runner.terminal import print_json_lines, print_table

    target = target_named(arguments.bundle, arguments.target)
    store = TableStore(arguments.bundle.resolve() / ".local" / target)
    entry = made_table(arguments.table, store, lambda: resolve(arguments.bundle, target)) or _lookup(store, arguments.table)
    print_diagnostics(notes(arguments.table, entry, store))
    if arguments.output == "json":
        print_json_lines(rows(store, entry, arguments.limit))
    else:
        limit = 100 if arguments.limit is None else arguments.limit
        print_table(str(entry.name), columns(entry), rows(store, entry, limit))
    return 0


def _lookup(store: "TableStore", table: str) -> "TableEntry":
    """The table of that name. Raises Failure where there is none, naming another target that has it."""
    try:
        return store.lookup(table)
    except Failure as failure:
        targets = sorted(path.parent.name for path in store.state.parent.glob("*/tables"))
        having = [name for name in targets if _has(type(store)(store.state.with_name(name)), table)]
        if not having or store.state.name in having:
            raise
        summary = f"target {store.state.name} has no table named {table}, and target {having[0]} has one"
        raise fail(summary, f"Show that one: --target {having[0]}") from failure


def _has(store: "TableStore", table: str) -> bool:
    return any(entry.name.ends_with(table) for entry in store.all())
