"""What is found while a bundle is resolved: what is wrong, what could not be read, which tasks become one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Location

_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class RepeatedTask:
    """A `task_key` that two items of one list of a job's tasks have: resolving makes one task of them."""

    job: str
    key: str
    first: Location | None
    again: Location | None


class Report(list[Diagnostic]):
    """The diagnostics so far, and the `repeated_tasks`, of which the Databricks CLI says nothing.

    One file that does not load must not make what it defines look missing everywhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.repeated_tasks: list[RepeatedTask] = []
        self._unread: set[Path] = set()
        self._names: set[str] | None = None

    def add_unread(self, path: Path) -> None:
        """Note a file that did not load, or a Python package of which some files did not."""
        self._unread.add(path)
        self._names = None

    def may_define(self, name: object) -> bool:
        """Whether `name` stands anywhere in a file that did not load."""
        if self._names is None:
            self._names = {word for path in self._unread for file in _files(path) for word in _words(file)}
        return name in self._names


def _files(path: Path) -> list[Path]:
    if path.name == "__init__.py":
        path = path.parent
    return [file for file in path.rglob("*.py") if file.is_file()] if path.is_dir() else [path]


def _words(file: Path) -> list[str]:
    try:
        return _WORD.findall(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []
