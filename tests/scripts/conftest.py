"""Fixtures for what needs a git repository with a bundle in it, or a Databricks CLI to call."""

import json
import os
import shutil
import subprocess
import sys
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


# It decides nothing: it notes its arguments, what is in a folder that is among them, and gives the answer it was told.
STAND_IN = """\
#!{python} -IS
import json, os, sys
here, arguments = os.path.dirname(__file__), sys.argv[1:]
files = {{}}
for folder in filter(os.path.isdir, arguments):
    for parent, _, names in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            files[os.path.relpath(path, folder)] = open(path, encoding="utf-8").read()
arguments = ["<folder>" if os.path.isdir(argument) else argument for argument in arguments]
with open(os.path.join(here, "calls"), "a") as calls:
    print(json.dumps([arguments, files]), file=calls)
answers = json.load(open(os.path.join(here, "answers.json")))
text, code = answers.get(" ".join(arguments), ["", 0])
sys.stdout.write(text)
sys.exit(code)
"""


class StandIn:
    """A `databricks` on the PATH that answers as it is told to, and keeps what it was asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._answers: dict[str, tuple[str, int]] = {}
        program = folder / "databricks"
        program.write_text(STAND_IN.format(python=sys.executable))
        program.chmod(0o755)
        self.answer("")

    def answer(self, arguments: str, text: str = "", code: int = 0) -> None:
        """What it prints, and its exit code, when it is asked `arguments`; it is silent and content otherwise."""
        self._answers[arguments] = (text, code)
        self._folder.joinpath("answers.json").write_text(json.dumps(self._answers))

    @property
    def asked(self) -> list[str]:
        """The arguments of each call; a folder is `<folder>`."""
        return [" ".join(arguments) for arguments, _ in self._calls()]

    @property
    def handed(self) -> dict[str, str]:
        """The files in the folders that it was given: path -> text."""
        return {name: text for _, files in self._calls() for name, text in files.items()}

    def _calls(self) -> list[tuple[list[str], dict[str, str]]]:
        record = self._folder / "calls"
        return [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []


@pytest.fixture
def databricks(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    folder = tmp_path_factory.mktemp("cli")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return StandIn(folder)
