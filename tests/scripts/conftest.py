"""Fixtures for what needs a git repository with a bundle in it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`git("init")`: git in the test's folder, with a user of its own; its output."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"]

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return git


@pytest.fixture
def commit(git: Callable[..., str]) -> Callable[[], str]:
    """`commit()`: everything in the test's folder as a new commit; its hash."""

    def commit() -> str:
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "--message=A change")
        return git("rev-parse", "HEAD")

    return commit
