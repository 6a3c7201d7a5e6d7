"""`show`: print a table that local runs have made."""

import argparse

from local_runner.commands.arguments import add_bundle, add_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="a table's name; schema and catalog before it where others share it")
    add_bundle(parser)
    add_output(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="the first N rows (default: 100 of a table, all of JSON)")


def run(arguments: argparse.Namespace) -> int:
    from local_runner.bundle import target_named
    from local_runner.tables import TableStore
    from local_runner.tables.rows import columns, rows
    from local_runner.terminal import print_json_lines, print_table

    target = target_named(arguments.bundle, arguments.target)
    store = TableStore(arguments.bundle.resolve() / ".local" / target)
    entry = store.lookup(arguments.table)
    if arguments.output == "json":
        print_json_lines(rows(store, entry, arguments.limit))
    else:
        print_table(str(entry.name), columns(entry), rows(store, entry, arguments.limit or 100))
    return 0
