"""Patterns of paths: globs, and the patterns of `sync`, which are those of .gitignore."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

_WILDCARD = re.compile(r"[*?\[]")
_PIECES = re.compile(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|.")
_REGEXES = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def fixed_folder(pattern: str) -> str:
    """The part of a path before its first wildcard; the whole of a path without one."""
    wildcard = _WILDCARD.search(pattern)
    return os.path.dirname(pattern[: wildcard.start()]) if wildcard else pattern


def unmatched(root: Path, patterns: Iterable[str]) -> set[str]:
    """Those of `patterns`, written as in .gitignore, that no file or folder below `root` matches.

    What is inside hidden folders is not looked at, but for the folders themselves.
    """
    waiting = {pattern: _regex(pattern) for pattern in patterns}
    for parent, folders, names in os.walk(root):
        if not waiting:
            break
        relative = os.path.relpath(parent, root)
        paths = [os.path.normpath(os.path.join(relative, name)) for name in (*folders, *names)]
        waiting = {pattern: regex for pattern, regex in waiting.items() if not any(map(regex.fullmatch, paths))}
        folders[:] = [name for name in folders if not name.startswith(".")]
    return set(waiting)


def _regex(pattern: str) -> re.Pattern[str]:
    # `folder/**` stands for what is in the folder: that it is there is enough.
    path = pattern.removesuffix("/**").rstrip("/")
    anywhere = "" if "/" in path else "(?:.*/)?"
    pieces = _PIECES.findall(path.lstrip("/"))
    return re.compile(
        anywhere + "".join(_REGEXES.get(piece) or (piece if len(piece) > 1 else re.escape(piece)) for piece in pieces), re.S
    )
