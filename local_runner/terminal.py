"""What a run and its tables look like in a terminal."""

import math
import sys
from base64 import b64encode
from collections.abc import Iterable
from io import StringIO
from typing import Any

from local_runner.diagnostics import print_diagnostics
from local_runner.pipeline.definitions import Kind
from local_runner.pipeline.result import DatasetResult, Status
from local_runner.width import width_of, wrapped

_MARKS = {Status.COMPLETED: "✓", Status.FAILED: "✗", Status.SKIPPED: "-", Status.EXCLUDED: "·"}


def print_dataset(result: DatasetResult) -> None:
    """One line for a dataset, one for each expectation, and what went wrong."""
    # Those of a target of Auto CDC are the events it has read, not what it then holds.
    noun = "change" if result.kind == Kind.AUTO_CDC_TARGET.value else "row"
    rows = "" if result.rows is None else counted(result.rows, noun)
    _print(f"{_heading(result)} {_outcome(result):<12} {rows:>14} {result.seconds:6.1f} s")
    for rule in result.expectations:
        _print(f"    {rule.name}: {rule.passed:,} passed, {rule.failed:,} failed ({rule.action.value})")
    print_diagnostics([*result.warnings, *([result.problem] if result.problem else [])])


def print_planned(result: DatasetResult) -> None:
    """What a dry run knows of a dataset: what it reads, its columns, and what is wrong."""
    own = result.table.removesuffix(result.name)
    reads = f"reads {', '.join(name.removeprefix(own) for name in result.reads)}" if result.reads else ""
    _print(f"{_heading(result)} {reads if result.status is Status.COMPLETED else _outcome(result)}".rstrip())
    _print_record(result.columns)
    if result.problem:
        print_diagnostics([result.problem])


def counted(number: int, noun: str = "row") -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def print_table(title: str, columns: list[str], rows: Iterable[dict[str, Any]]) -> None:
    """The rows as a table with `title` above it; where that is wider than the terminal, a line a value."""
    _print(title)
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    width = width_of(sys.stdout)
    grid = _grid(columns, cells)
    if width is None or len(grid.partition("\n")[0]) <= width:
        print(grid, end="", flush=True)
        return
    for number, values in enumerate(cells, start=1):
        print(f"row {number}")
        _print_record(dict(zip(columns, values, strict=True)))


def _grid(columns: list[str], cells: list[list[str]]) -> str:
    """The table as it is in a terminal without an edge."""
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in columns:
        table.add_column(Text(column))
    for values in cells:
        table.add_row(*map(Text, values))
    console = Console(file=StringIO(), width=sys.maxsize)
    console.print(table, width=Measurement.get(console, console.options, table).maximum)
    return console.file.getvalue()


def print_json_lines(rows: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line; a decimal is a number with all its digits."""
    for row in rows:
        print(_json(row), flush=True)


def _heading(result: DatasetResult) -> str:
    return f"{_MARKS[result.status]} {result.name:<32} {result.kind:<18}"


def _outcome(result: DatasetResult) -> str:
    return f"{result.status.value}: {result.reason}" if result.reason else result.status.value


def _print(line: str) -> None:
    print(wrapped(line, width_of(sys.stdout)), flush=True)


def _print_record(values: dict[str, str]) -> None:
    """A line a value, below each other."""
    longest = max(map(len, values), default=0)
    for name, value in values.items():
        print(wrapped(value, width_of(sys.stdout), f"    {name:<{longest}}  "), flush=True)


def _cell(value: Any) -> str:
    """A value as a person reads it: NULL is no text, a struct or a list is JSON."""
    if value is None:
        return "NULL"
    return _json(value) if isinstance(value, bool | dict | list | tuple) else str(_plain(value))


def _json(value: Any) -> str:
    import simplejson

    return simplejson.dumps(_plain(value), use_decimal=True, default=str, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """`value` with text for what JSON has no form of, as Spark's to_json writes it."""
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value
