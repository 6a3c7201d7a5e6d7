"""`show`: print a table that local runs have made."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", help="a table's name; schema and catalog before it where others share it")
    parser.add_argument("--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: this one)")
    parser.add_argument("--target", "-t", default="dev", metavar="T", help="the target (default: dev)")
    parser.add_argument(
        "-o", "--output", choices=["table", "json"], default="table", help="a table, or one JSON object a line"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="the first N rows (default: 100 of a table, all of JSON)")


def run(arguments: argparse.Namespace) -> int:
    from local_runner.tables import TableStore
    from local_runner.tables.rows import columns, rows
    from local_runner.terminal import print_json_lines, print_table

    store = TableStore(arguments.bundle.resolve() / ".local" / arguments.target)
    entry = store.lookup(arguments.table)
    if arguments.output == "json":
        print_json_lines(rows(store, entry, arguments.limit))
    else:
        print_table(str(entry.name), columns(entry), rows(store, entry, arguments.limit or 100))
    return 0
