"""How a command ends where its output is not wanted any more, or where a person stops it."""

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import pytest

from local_runner.cli import main
from local_runner.edge import run_command
from scripts import check
from scripts.edge import run


def into_a_closed_pipe(command: Callable[[], int]) -> int:
    """The exit code of `command`, while stdout is a pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout, redirect_stdout(stdout):
        return command()


@pytest.mark.parametrize("command", [lambda: print("x", flush=True), lambda: print("x"), lambda: sys.exit(print("x"))])
def test_a_closed_pipe_ends_a_command_without_a_word(capfd, command):
    assert into_a_closed_pipe(lambda: run(command)) == 141
    assert capfd.readouterr() == ("", "")


def test_the_commands_end_so(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["check"])
    (tmp_path / "databricks.yml").write_text("bundle: {name: shop}\n")
    for command in (lambda: main(["tables"]), lambda: main(["resolve"]), lambda: main(["--help"]), lambda: run(check.main)):
        assert into_a_closed_pipe(command) == 141
        assert capfd.readouterr() == ("", "")


def test_an_interrupted_command_has_no_traceback(capsys):
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert run_command(interrupted) == 130
    assert capsys.readouterr() == ("", "")


def test_what_the_file_system_refuses_is_told(capsys, tmp_path):
    assert run_command(lambda: (tmp_path / "none").read_text()) == 1
    assert capsys.readouterr().err == f"Error: {tmp_path}/none: No such file or directory\n"
