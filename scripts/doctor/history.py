"""What git knows: the branch, what is not committed, and how far behind the targets are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from local_runner.diagnostics import Failure
from scripts import git
from scripts.doctor.line import Line, Status, ok, told


def git_line(root: Path, targets: Iterable[str]) -> Line:
    try:
        commit = git.commit_of(root, "HEAD")[:10]
        changed = git.uncommitted(root)
        parts = [f"{git.branch(root) or 'no branch'} at {commit}"]
        parts += [f"{changed} uncommitted file{'' if changed == 1 else 's'}"] if changed else []
        parts += [_behind(root, target, deployed) for target in targets if (deployed := git.deployed(root, target))]
    except Failure as failure:
        # Only what compares with the last deployment needs git.
        return told("git", Status.WARNING, failure.diagnostics[0])
    return ok("git", ", ".join(parts))


def _behind(root: Path, target: str, deployed: str) -> str:
    behind = git.commits_since(root, deployed)
    return f"{target} is {behind} commit{'' if behind == 1 else 's'} behind" if behind else f"{target} is up to date"
