"""What a run and its tables look like in a terminal."""

from collections.abc import Iterable
from typing import Any

from local_runner.diagnostics import print_diagnostics
from local_runner.pipeline.result import DatasetResult, Status

_MARKS = {Status.COMPLETED: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.EXCLUDED: "·"}


def print_dataset(result: DatasetResult) -> None:
    """One line for a dataset, one for each expectation, and what went wrong."""
    rows = "" if result.rows is None else f"{result.rows:,} rows"
    words = f"{result.status.value}: {result.reason}" if result.reason else result.status.value
    print(
        f"{_MARKS[result.status]} {result.name:<32} {result.kind:<18} {words:<12} {rows:>14} {result.seconds:6.1f} s",
        flush=True,
    )
    for rule in result.expectations:
        print(f"    {rule.name}: {rule.passed:,} passed, {rule.failed:,} failed ({rule.action.value})")
    if result.problem:
        print_diagnostics([result.problem])


def print_planned(result: DatasetResult) -> None:
    """What a dry run knows of a dataset: what it reads, its columns, and what is wrong."""
    own = result.table.removesuffix(result.name)
    reads = f"reads {', '.join(name.removeprefix(own) for name in result.reads)}" if result.reads else ""
    outcome = "" if result.status is Status.COMPLETED else f"{result.status.value}: {result.reason}".removesuffix(": ")
    print(f"{_MARKS[result.status]} {result.name:<32} {result.kind:<18} {outcome or reads}".rstrip())
    width = max(map(len, result.columns), default=0)
    for column, type_ in result.columns.items():
        print(f"    {column:<{width}}  {type_}", flush=True)
    if result.problem:
        print_diagnostics([result.problem])


def print_table(title: str, columns: list[str], rows: Iterable[dict[str, Any]]) -> None:
    """The rows as a table with `title` above it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if row.get(column) is None else str(row[column])) for column in columns))
    print(title)  # the table's own title would be folded to the width of its columns
    Console(soft_wrap=False).print(table)


def print_json_lines(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line; a decimal is a number with all its digits."""
    import simplejson

    for row in rows:
        print(simplejson.dumps(row, use_decimal=True, default=str, ensure_ascii=False), flush=True)
