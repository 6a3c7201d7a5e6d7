"""Notebooks as Python: `.ipynb` files and `.py` files alike become Python with other cells as `# MAGIC` comments."""

import json
import re

_HEADER = "# Databricks notebook source"
_MAGIC = "# MAGIC "
_RUN = re.compile(r"^%run\s+[\"']?([^\"'\s]+)", re.MULTILINE)


def python_text(file: str, content: bytes) -> bytes:
    """The Python source of `file`; what is not a Jupyter notebook is that already."""
    if not file.endswith(".ipynb"):
        return content
    try:
        cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
        lines = [line for cell in cells for line in _lines(cell["source"])]
    except (ValueError, TypeError, KeyError):
        return content
    return "\n".join([_HEADER, *lines]).encode()


def notebook_commands(source: bytes) -> str:
    """The cells of a notebook that are not Python, as one text; empty where `source` is no notebook."""
    text = source.decode("utf-8", errors="replace")
    if not text.startswith(_HEADER):
        return ""
    lines = [line.removeprefix(_MAGIC.rstrip()).strip() for line in text.splitlines() if line.startswith(_MAGIC.rstrip())]
    return "\n".join(line for line in _without_prose(lines) if line)


def notebooks_run(commands: str) -> list[str]:
    """The notebooks that `%run` runs, as they are written."""
    return _RUN.findall(commands)


def _lines(source: str | list[str]) -> list[str]:
    lines = "".join(source).splitlines()
    is_command = bool(lines) and lines[0].startswith("%%")
    return [f"{_MAGIC}{line}" if is_command or line.startswith(("%", "!")) else line for line in lines]


def _without_prose(lines: list[str]) -> list[str]:
    kept, is_prose = [], False
    for line in lines:
        if line.startswith("%"):
            is_prose = line.startswith("%md")
        if not is_prose:
            kept.append(line)
    return kept
