"""A bundle of a few lines, and what `just check` says of it."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from scripts import check as command

BUNDLE = """\
bundle: {name: shop}
include: [resources/*.yml]
targets:
  dev: {mode: development, default: true}
"""

Check = Callable[..., tuple[int, str]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """`check({file: text}, *arguments)` writes the files beside a databricks.yml and gives (exit code, what is printed)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def run(files: dict[str, str | bytes], *arguments: str) -> tuple[int, str]:
        for name, text in {"databricks.yml": BUNDLE, "resources/.keep": "", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        code = command.main(list(arguments))
        return code, capsys.readouterr().out

    return run
