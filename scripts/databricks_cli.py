"""Runs the Databricks CLI; as a program, it says where to get it when there is none."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local_runner.diagnostics import Failure, fail
from scripts.edge import run

INSTALLATION = "https://docs.databricks.com/dev-tools/cli/install.html"


def databricks(root: Path, arguments: Sequence[str], stdout: int | None = None) -> bytes:
    """Run the CLI in `root` to its end; return what it prints, where `stdout` is a pipe.

    Raises SystemExit with the CLI's exit code where it fails, and Failure where there is none.
    """
    sys.stdout.flush()
    # An interrupt reaches the CLI too. It must end by itself, or it leaves half a deployment and its lock behind.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        done = subprocess.run(["databricks", *arguments], cwd=root, stdout=stdout, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise _missing() from None
    finally:
        signal.signal(signal.SIGINT, before)
    if code := done.returncode:
        raise SystemExit(code if code > 0 else 128 - code)
    return done.stdout


def main() -> None:
    """Raises Failure where there is no Databricks CLI."""
    if not is_installed():
        raise _missing()


def is_installed() -> bool:
    return shutil.which("databricks") is not None


def _missing() -> Failure:
    return fail("the Databricks CLI is not installed", f"Install it: {INSTALLATION}")


if __name__ == "__main__":
    sys.exit(run(main))
