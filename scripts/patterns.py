"""Patterns of paths, in which `**` stands for any number of folders: the globs of pipelines, and the patterns of `sync`."""

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

_WILDCARD = re.compile(r"[*?\[]")


def fixed_folder(pattern: str) -> str:
    """The part of a path before its first wildcard; the whole of a path without one."""
    wildcard = _WILDCARD.search(pattern)
    return os.path.dirname(pattern[: wildcard.start()]) if wildcard else pattern


def matches(path: str, pattern: str) -> bool:
    """Whether `pattern` takes `path`. The time is linear in both, whatever the wildcards."""
    names = pattern.split("/")
    reached = _onward({0}, names)
    for part in path.split("/"):
        after = set()
        for place in reached:
            if place < len(names) and names[place] == "**":
                after.add(place)
            elif place < len(names) and fnmatchcase(part, names[place]):
                after.add(place + 1)
        reached = _onward(after, names)
    return len(names) in reached


def files(pattern: Path) -> Iterator[Path]:
    """The files that `pattern` takes. No symbolic link to a folder is followed: it could lead in circles."""
    text = str(pattern)
    if pattern.is_file():
        yield pattern
    for parent, _, names in os.walk(fixed_folder(text)):
        for name in names:
            path = Path(parent, name)
            if matches(str(path), text) and path.is_file():
                yield path


def unmatched(root: Path, patterns: Iterable[str]) -> set[str]:
    """Those of `patterns`, written as in .gitignore, that no file or folder below `root` matches.

    What is inside hidden folders is not looked at, but for the folders themselves.
    """
    waiting = {pattern: _from_root(pattern) for pattern in patterns}
    for parent, folders, names in os.walk(root):
        if not waiting:
            break
        relative = os.path.relpath(parent, root)
        paths = [os.path.normpath(os.path.join(relative, name)) for name in (*folders, *names)]
        waiting = {
            pattern: anchored for pattern, anchored in waiting.items() if not any(matches(path, anchored) for path in paths)
        }
        folders[:] = [name for name in folders if not name.startswith(".")]
    return set(waiting)


def _onward(reached: set[int], names: list[str]) -> set[int]:
    """`reached`, and what follows it when each `**` there stands for no folder at all."""
    for place in sorted(reached):
        while place < len(names) and names[place] == "**":
            place += 1
            reached.add(place)
    return reached


def _from_root(pattern: str) -> str:
    anywhere = "/" not in pattern.rstrip("/")
    # `folder/**` stands for what is in it: that the folder is there is enough.
    return f"**/{pattern.rstrip('/')}" if anywhere else pattern.strip("/").removesuffix("/**")
