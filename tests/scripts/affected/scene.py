"""The generated bundle before and after a change."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.scripts.affected.generated import Pair


class Scene:
    """The bundle that is changed, with its model. `edit` and the others change files; `restore` undoes them all."""

    def __init__(self, before: Path, after: Path, pairs: list[Pair], random: Random) -> None:
        self.before = before
        self.after = after
        self.pairs = pairs
        self.random = random
        self.touched_files: set[str] = set()

    @property
    def everything(self) -> set[str]:
        return set().union(*(pair.keys | pair.exports for pair in self.pairs))

    def pair(self, *conditions: Callable[[Pair], object]) -> Pair:
        return self.random.choice([pair for pair in self.pairs if all(condition(pair) for condition in conditions)])

    def users_of(self, *helpers: str) -> set[str]:
        """The resources of the pairs that import one of `helpers`, and of those that read their final tables."""
        return set().union(*(pair.downstream() for pair in self.pairs if pair.helper in helpers))

    def edit(self, file: str, old: str, new: str) -> None:
        text = self._path(file).read_text()
        assert old in text, f"{old!r} is not in {file}"
        self._path(file).write_text(text.replace(old, new))

    def append(self, file: str, text: str) -> None:
        path = self._path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else "") + text)

    def remove(self, file: str) -> None:
        self._path(file).unlink()

    def restore(self) -> None:
        for file in self.touched_files:
            if (self.before / file).exists():
                shutil.copyfile(self.before / file, self.after / file)
            else:
                (self.after / file).unlink(missing_ok=True)
        self.touched_files.clear()

    def _path(self, file: str) -> Path:
        self.touched_files.add(file)
        return self.after / file
