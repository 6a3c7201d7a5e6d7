"""The acceptance cases: one folder each, with a bundle, a `command` and what it prints.

`output.json` is what the command prints to stdout. `output.txt` is its exit code and its messages, there when either says
anything. `differs`, where there is one, says why the Databricks CLI answers otherwise.
"""

import importlib
import json
import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
_ABOUT_THE_CASE = ("command", "output.json", "output.txt", "differs")


@dataclass(frozen=True)
class Output:
    """What a command left; `value` is the JSON of its stdout, None where it failed."""

    exit_code: int
    value: Any
    messages: str


@dataclass(frozen=True)
class Case:
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def words(self) -> list[str]:
        return shlex.split((self.folder / "command").read_text())

    @property
    def environment(self) -> dict[str, str]:
        """The variables set before the command: `NAME=value python -m …`."""
        return dict(word.split("=", 1) for word in self.words[: self.words.index("python")])

    @property
    def module(self) -> str:
        return self.words[self.words.index("-m") + 1]

    @property
    def arguments(self) -> list[str]:
        return self.words[self.words.index("-m") + 2 :]

    @property
    def differs(self) -> str:
        path = self.folder / "differs"
        return path.read_text().strip() if path.exists() else ""

    @property
    def expected(self) -> Output:
        value, text = self.folder / "output.json", self.folder / "output.txt"
        first, _, messages = (text.read_text() if text.exists() else "exit 0\n").partition("\n")
        return Output(int(first.removeprefix("exit ")), json.loads(value.read_text()) if value.exists() else None, messages)

    def expect(self, output: Output) -> None:
        """Write `output` as what is expected."""
        value, text = self.folder / "output.json", self.folder / "output.txt"
        value.unlink(missing_ok=True)
        text.unlink(missing_ok=True)
        if output.value is not None:
            value.write_text(json.dumps(output.value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
        if output.exit_code or output.messages:
            text.write_text(f"exit {output.exit_code}\n{output.messages}")

    def copy_bundle(self, to: Path) -> Path:
        """A copy of the bundle in the folder `to`, where nothing around it counts: no git, no other bundle."""
        return Path(shutil.copytree(self.folder, to / self.name, ignore=shutil.ignore_patterns(*_ABOUT_THE_CASE)))

    def run(self, folder: Path) -> Output:
        """The command's output, run in `folder`, a copy of the bundle."""
        package = importlib.import_module(self.module)
        main = importlib.import_module(f"{self.module}.cli").main if hasattr(package, "__path__") else package.main
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err), _within(folder, self.environment):
            code = main(self.arguments)
        value = json.loads(out.getvalue()) if code == 0 else None
        return Output(code, portable(value, folder), portable(err.getvalue(), folder))


def all_cases() -> list[Case]:
    return [Case(path.parent) for path in sorted(FOLDER.glob("*/command"))]


def portable(value: Any, folder: Path) -> Any:
    """`value` with the copy's folder written as <root>."""
    if isinstance(value, dict):
        return {key: portable(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [portable(item, folder) for item in value]
    return value.replace(str(folder), "<root>") if isinstance(value, str) else value


@contextmanager
def _within(folder: Path, variables: dict[str, str]) -> Iterator[None]:
    """Makes `folder` the working directory, and `variables` the only ones about bundles in the environment."""
    directory, environment = Path.cwd(), dict(os.environ)
    for name in environment:
        if name.startswith(("BUNDLE_VAR_", "DATABRICKS_")):
            del os.environ[name]
    os.environ.update(variables)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
