"""Which files are notebooks. Source: Databricks CLI, libs/notebook/*.go."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path

_HEADERS = {
    ".py": b"# Databricks notebook source",
    ".r": b"# Databricks notebook source",
    ".scala": b"// Databricks notebook source",
    ".sql": b"-- Databricks notebook source",
}
_DESIGNER = ".designer.ipynb"


def is_notebook(path: Path) -> bool:
    """Whether the file is a Jupyter notebook, or source that starts with the notebook header of its language."""
    suffix = path.suffix.lower()
    if suffix == ".ipynb":
        return _is_jupyter(path)
    header = _HEADERS.get(suffix)
    if header is None or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.readline(64).rstrip(b"\r\n") == header


def without_extension(path: str) -> str:
    """A notebook's name in the workspace."""
    return path if path.endswith(_DESIGNER) else posixpath.splitext(path)[0]


def _is_jupyter(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("nbformat", 0) >= 4
