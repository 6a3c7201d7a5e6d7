"""The repository: its branch, what is not committed, how far behind the targets are, and owners that nobody has named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from local_runner.diagnostics import Failure
from scripts import git
from scripts.checks.placeholders import is_placeholder
from scripts.doctor.line import Line, Status, ok, told, warning
from scripts.owners import OWNERS, read_owners


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


def owners_line(root: Path) -> Line:
    """One line for all owners: most of them wait for the name of one organisation."""
    name = "owners"
    try:
        owners = read_owners(root)
    except Failure as failure:
        return told(name, Status.WARNING, failure.diagnostics[0].relative_to(Path.cwd()))
    named = [owners.platform, *owners.domains.values()]
    left = [owner for owner in named if is_placeholder(owner)]
    if not left:
        return ok(name, f"{len(named)} in {OWNERS}")
    lines = (root / OWNERS).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, start=1) if left[0] in line)
    found = f"{len(left)} of {len(named)} are placeholders, such as {left[0]} ({OWNERS}:{first})"
    return warning(name, found, "Write your organisation in their place, then: just codeowners")


def _behind(root: Path, target: str, deployed: str) -> str:
    behind = git.commits_since(root, deployed)
    return f"{target} is {behind} commit{'' if behind == 1 else 's'} behind" if behind else f"{target} is up to date"
