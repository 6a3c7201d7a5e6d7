"""Databricks notebooks as source files: cells of Python and SQL, and the magic commands among them.

Formats: https://docs.databricks.com/aws/en/notebooks/notebook-export-import (source files and .ipynb).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location, Severity, fail
from local_runner.pipeline.definitions import Definitions
from local_runner.pipeline.sources.python_files import compile_python, new_module, refuse_unsupported
from local_runner.pipeline.sources.requirements import check_pip
from local_runner.pipeline.sql.files import SqlScope, read_statements, record
from local_runner.pipeline.sql.statements import QueryStatement, Statement

_COMMENT = {".py": "#", ".sql": "--"}
_LANGUAGE = {".py": "python", ".sql": "sql"}
_MIXED = "magic among other lines"
_SUFFIXES = (".py", ".sql", ".ipynb")
_MAGIC = re.compile(r"%(?P<name>[\w-]+)[ \t]*(?P<rest>.*)")


@dataclass(frozen=True)
class _Cell:
    """A cell's language or magic command, and its text, line by line: `lines[0]` is line `first` of the file."""

    kind: str
    first: int
    lines: list[str]

    @property
    def text(self) -> str:
        """The cell's text at its place in the file, so that errors name the file's lines."""
        return "\n" * (self.first - 1) + "\n".join(self.lines)


@dataclass(frozen=True)
class Notebook:
    """A notebook's steps in the order of its cells: compiled Python, SQL statements, and notebooks that it runs."""

    path: Path
    steps: list[Any]
    warnings: list[Diagnostic] = field(default_factory=list)

    def run(self, definitions: Definitions, names: dict[str, Any]) -> None:
        """Run the cells with `names` as globals; what they define goes to the definitions being recorded."""
        self._run(definitions, new_module(self.path, names).__dict__, SqlScope())

    def _run(self, definitions: Definitions, names: dict[str, Any], scope: SqlScope) -> None:
        for step in self.steps:
            if isinstance(step, Notebook):
                step._run(definitions, names, scope)
            elif isinstance(step, CodeType):
                exec(step, names)  # noqa: S102 - the person's own cell
            else:
                record(step, definitions, names["spark"], scope)


def is_notebook(path: Path) -> bool:
    """Whether the file is a notebook: by its suffix, or by the first line that Databricks writes."""
    if path.suffix == ".ipynb":
        return True
    with path.open("rb") as file:
        return file.readline().decode(errors="replace").rstrip() == f"{_COMMENT[path.suffix]} Databricks notebook source"


def read_notebook(path: Path, root: Path, parameters: dict[str, str]) -> Notebook:
    """The notebook, with those that it runs, as far as can be read without Spark; SET adds to `parameters`.

    Raises Failure with a diagnostic for each cell that is wrong or not supported.
    """
    return _read(path, root, parameters, ())


def _read(path: Path, root: Path, parameters: dict[str, str], runners: tuple[Path, ...]) -> Notebook:
    notebook = Notebook(path, [])
    problems: list[Diagnostic] = []
    python: list[_Cell] = []
    for cell in _cells(path):
        try:
            _add_step(notebook, cell, root, parameters, (*runners, path))
            python += [cell] if cell.kind == "python" else []
        except Failure as failure:
            problems += failure.diagnostics
    try:
        refuse_unsupported(_together(python), path)
    except Failure as failure:
        problems += failure.diagnostics
    if problems:
        raise Failure(*problems)
    return notebook


def _together(cells: list[_Cell]) -> str:
    """The cells' text, each at its place in the file: one cell's imports are for the next ones too."""
    lines: list[str] = []
    for cell in cells:
        lines += [""] * (cell.first - 1 - len(lines)) + cell.lines
    return "\n".join(lines)


def _add_step(notebook: Notebook, cell: _Cell, root: Path, parameters: dict[str, str], runners: tuple[Path, ...]) -> None:
    path = notebook.path
    location = Location(str(path), cell.first)
    if cell.kind == "python":
        notebook.steps.append(compile_python(cell.text, path))
    elif cell.kind == "sql":
        notebook.steps.append(_definitions(cell, notebook, parameters))
    elif cell.kind == "run":
        other = _read(_to_run(cell.text.strip(), path, root, location, runners), root, parameters, runners)
        notebook.steps.append(other)
        notebook.warnings.extend(other.warnings)
    elif cell.kind == "pip":
        check_pip(cell.text, location)
    elif cell.kind == _MIXED:
        raise fail("a magic command stands among other lines", "Give it a cell of its own", location)
    elif cell.kind not in ("md", "md-sandbox"):
        raise fail(f"%{cell.kind} cells are not supported in local runs", "Take the cell out", location)


def _definitions(cell: _Cell, notebook: Notebook, parameters: dict[str, str]) -> list[Statement]:
    """The cell's statements; a query among them defines nothing and does not run, as in a pipeline on Databricks."""
    statements = read_statements(cell.text, notebook.path, parameters)
    queries = [statement for statement in statements if isinstance(statement, QueryStatement)]
    notebook.warnings.extend(
        Diagnostic("this query defines nothing: it does not run", "", one.query.location, Severity.WARNING)
        for one in queries
    )
    return [statement for statement in statements if statement not in queries]


def _to_run(named: str, path: Path, root: Path, location: Location, runners: tuple[Path, ...]) -> Path:
    """The notebook that `%run` names, relative to the one that runs it, without its suffix."""
    name = named.strip("\"'")
    if not name or "$" in name or name.startswith("/"):
        raise fail(f"%run {named} is not supported in local runs", "Name a notebook by its relative path", location)
    wanted = (path.parent / name).resolve()
    found = next((one for one in (wanted, *(Path(f"{wanted}{s}") for s in _SUFFIXES)) if one.is_file()), None)
    if found is None or not found.is_relative_to(root.resolve()) or found.suffix not in _SUFFIXES:
        raise fail(f"%run {name}: there is no such notebook in the bundle", f"Add {wanted}.py", location)
    if not is_notebook(found):
        first = f"{_COMMENT[found.suffix]} Databricks notebook source"
        raise fail(f"%run {name}: that is a file, not a notebook", f"Make '{first}' its first line, or import it", location)
    if found in runners:
        raise fail(f"%run {name}: these notebooks run each other in a circle", "Take one %run out", location)
    return found


def _cells(path: Path) -> Iterator[_Cell]:
    """The cells that hold anything, with the notebook's own language where no magic command names another."""
    if path.suffix == ".ipynb":
        yield from _jupyter_cells(path)
        return
    comment, own = _COMMENT[path.suffix], _LANGUAGE[path.suffix]
    lines = path.read_text("utf-8").split("\n")
    ends = [index for index, line in enumerate(lines) if line.rstrip() == f"{comment} COMMAND ----------"]
    for start, end in zip([0, *(index + 1 for index in ends)], [*ends, len(lines)], strict=True):
        yield from _source_cell(lines[start:end], start + 1, comment, own)


def _source_cell(lines: list[str], first: int, comment: str, own: str) -> Iterator[_Cell]:
    """A cell of a source file, where each line of a magic command is a comment that says MAGIC."""
    notes = (f"{comment} DBTITLE", f"{comment} Databricks notebook source")
    code = ["" if line.startswith(notes) else line for line in lines]
    while code and not code[0].strip():
        code, first = code[1:], first + 1
    if not code:
        return
    marker = f"{comment} MAGIC"
    if not code[0].startswith(marker):
        for offset, line in enumerate(code):
            if line.startswith(f"{marker} %"):
                yield _Cell(_MIXED, first + offset, [])
                return
        yield _Cell(own, first, code)
        return
    yield _magic_cell([line.removeprefix(marker).removeprefix(" ") for line in code], first, own)


def _magic_cell(lines: list[str], first: int, own: str) -> _Cell:
    """A cell whose first line may name what it is: `%sql`, `%run ./other`."""
    match = _MAGIC.match(lines[0])
    if not match:
        return _Cell(own, first, lines)
    return _Cell(match["name"], first, [match["rest"], *lines[1:]])


def _jupyter_cells(path: Path) -> Iterator[_Cell]:
    try:
        notebook = json.loads(path.read_text("utf-8"))
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
        metadata = notebook.get("metadata", {})
    except (ValueError, KeyError, TypeError) as error:
        raise fail(f"{path.name} is no notebook of version 4", "Save it again, or export it", Location(str(path))) from error
    own = metadata.get("application/vnd.databricks.v1+notebook", {}).get("language", "python")
    starts = [n for n, line in enumerate(path.read_text("utf-8").split("\n"), 1) if line.lstrip().startswith('"source":')]
    # Jupyter writes a line of a cell as a line of the file, after the one that says "source"; else there are no numbers.
    firsts = [start + 1 for start in starts] if len(starts) == len(cells) else [1] * len(cells)
    for (kind, source), first in zip(cells, firsts, strict=True):
        if kind == "code" and source.strip():
            yield _magic_cell(source.split("\n"), first, own)
