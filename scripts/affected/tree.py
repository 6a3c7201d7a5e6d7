"""The files of one version of a bundle."""

import os
from functools import cache, cached_property
from pathlib import Path


class Tree:
    """The files under `root`, by paths relative to it; hidden folders at the top (.git, .venv, .local) are left out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read = cache(self._read)

    @cached_property
    def files(self) -> frozenset[str]:
        found = []
        for folder, folders, names in os.walk(self.root):
            if folder == str(self.root):
                folders[:] = [name for name in folders if not name.startswith(".")]
            inside = os.path.relpath(folder, self.root)
            found += names if inside == "." else [f"{inside}/{name}" for name in names]
        return frozenset(found)

    @cached_property
    def folders(self) -> frozenset[str]:
        found: set[str] = set()
        for file in self.files:
            folder = os.path.dirname(file)
            while folder and folder not in found:
                found.add(folder)
                folder = os.path.dirname(folder)
        return frozenset(found)

    def _read(self, file: str) -> bytes:
        """The content of a file; empty where there is none."""
        try:
            return (self.root / file).read_bytes()
        except OSError:
            return b""

    def text(self, file: str) -> str:
        return self.read(file).decode("utf-8", errors="replace")

    def relative(self, path: Path) -> str:
        """The path of a file under the root, as the other methods take it."""
        return path.relative_to(self.root).as_posix()
