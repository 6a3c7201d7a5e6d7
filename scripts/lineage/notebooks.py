"""Notebooks as Python: cells in another language are comments that start with MAGIC, each line where it stands in the file.

Formats: https://docs.databricks.com/aws/en/notebooks/notebook-export-import (source files and .ipynb).
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

_TITLE = "Databricks notebook source"
_COMMENTS = ("#", "--")
_MAGIC = "# MAGIC"
_COMMAND = re.compile(r"%%?([\w-]+)[ \t]*(.*)")
_RUN = re.compile(r"""(["'])(?P<quoted>.+?)\1|(?P<plain>[^\s"']+)""")
# A cell that starts with one of these is of that language as a whole; other commands are a line each.
_LANGUAGES = ("fs", "html", "md", "md-sandbox", "r", "scala", "sh", "sql")
_PROSE = ("html", "md", "md-sandbox")


class Cell(NamedTuple):
    """A cell in another language than its notebook's: its language or command, its first line in the file, and its text."""

    kind: str
    line: int
    text: str


def python_text(file: str, content: bytes) -> bytes:
    """The Python source of `file`; what is not a Jupyter notebook is that already."""
    if not file.endswith(".ipynb"):
        return content
    try:
        notebook = json.loads(content)
        sources = [(cell["cell_type"], "".join(cell["source"]).splitlines()) for cell in notebook["cells"]]
        own = notebook.get("metadata", {}).get("application/vnd.databricks.v1+notebook", {}).get("language", "python")
    except (ValueError, TypeError, KeyError, AttributeError):
        return content
    written = content.decode("utf-8", errors="replace").split("\n")
    starts = [number for number, line in enumerate(written, 1) if line.lstrip().startswith('"source":')]
    # Jupyter writes a line of a cell as a line of the file, after the one that says "source"; else there are no numbers.
    starts = starts if len(starts) == len(sources) else [0] * len(sources)
    lines = [f"# {_TITLE}"]
    for (kind, source), start in zip(sources, starts, strict=True):
        if kind == "code":
            lines += [""] * max(1, start - len(lines))
            lines += _as_python(source, own)
    return "\n".join(lines).encode()


def cells(text: str) -> tuple[Cell, ...]:
    """The cells of a notebook of Python or SQL that are in another language, but for prose; none where `text` is none."""
    for comment in _COMMENTS:
        if text.startswith(f"{comment} {_TITLE}"):
            found = _cells(text.split("\n"), f"{comment} MAGIC")
            return tuple(Cell(kind, line, "\n".join(lines)) for kind, line, lines in found if kind not in _PROSE)
    return ()


def notebooks_run(found: tuple[Cell, ...]) -> list[str]:
    """The notebooks that `%run` runs, as they are written."""
    names = [_RUN.match(cell.text) for cell in found if cell.kind == "run"]
    return [name["quoted"] or name["plain"] for name in names if name]


def _as_python(lines: list[str], own: str) -> list[str]:
    """The lines of a cell of a Jupyter notebook whose own language is `own`."""
    if not lines:
        return []
    command = _COMMAND.match(lines[0])
    kind = command[1] if command else own
    if kind == "python" and command:
        return ["", *lines[1:]]
    if kind in _LANGUAGES or (command and lines[0].startswith("%%")):
        first = lines[0] if command else f"%{kind} {lines[0]}"
        return [f"{_MAGIC} {line}" for line in (first, *lines[1:])]
    return [f"{_MAGIC} {line}" if line.startswith(("%", "!")) else line for line in lines]


def _cells(text: list[str], marker: str) -> Iterator[tuple[str, int, list[str]]]:
    """Each cell that lines with `marker` make, or each command where they are a line each: its kind, place and lines."""
    kind, first, lines = "", 0, []
    for number, line in enumerate([*text, ""], 1):
        is_marked = line.startswith(marker)
        content = line.removeprefix(marker).removeprefix(" ")
        command = _COMMAND.match(content) if is_marked and kind not in _LANGUAGES else None
        if lines and (command or not is_marked):
            yield kind, first, lines
            kind, lines = "", []
        if command:
            kind, first, lines = command[1], number, [command[2]]
        elif is_marked:
            first, lines = (first, [*lines, content]) if lines else (number, [content])
