"""`include` patterns that match no file."""

import os
from collections.abc import Iterator
from pathlib import Path

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.globs import matching
from local_runner.bundle.load import root_file
from local_runner.bundle.tree import List, get
from local_runner.bundle.yaml_reader import read
from local_runner.diagnostics import Diagnostic, Failure, Severity
from scripts.patterns import fixed_folder


def unmatched_includes(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A glob whose folder does not exist, or that leaves out a YAML file it may be meant for.

    A glob whose folder holds no YAML file yet is as it should be: a bundle may have one for each depth.
    """
    try:
        patterns = get(read(root_file(bundle.root), []), "include")
    except Failure:
        return []
    if not isinstance(patterns, List):
        return []
    matched = {pattern: matching(os.path.normpath(pattern), bundle.root) for pattern in patterns if isinstance(pattern, str)}
    taken = {name for names in matched.values() for name in names}
    found = []
    for index, pattern in enumerate(patterns):
        if not isinstance(pattern, str) or matched[pattern] or os.path.isabs(pattern):
            continue
        folder = fixed_folder(pattern)
        if folder == pattern:
            # A path without a wildcard is an error already.
            continue
        if not (bundle.root / folder).is_dir():
            summary, remedy = (
                f"{pattern} matches no file",
                f"There is no folder {folder}: create it, or correct the pattern.",
            )
        elif folder and (left_out := next(_left_out(bundle.root, folder, taken), None)):
            summary = f"{pattern} matches no file, and {left_out} is not included"
            remedy = "In an include, `**` spans exactly one folder: give each depth a pattern of its own."
        else:
            continue
        found.append(Diagnostic(summary, remedy, patterns.place(index), Severity.WARNING))
    return found


def _left_out(root: Path, folder: str, taken: set[str]) -> Iterator[str]:
    for parent, folders, names in os.walk(root / folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = os.path.relpath(os.path.join(parent, name), root)
            if name.endswith((".yml", ".yaml")) and path not in taken:
                yield path
