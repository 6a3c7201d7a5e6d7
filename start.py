"""Sets the project up on a machine that has Python 3.11 or 3.12 with pip, then runs a recipe of the justfile.

    python3 start.py               runs the main job here, down to its final table
    python3 start.py test -k name  any recipe, with its arguments

uv goes into .local/tools, everything else into .venv: nothing outside this folder is changed but uv's cache, and nothing
is asked. Only the standard library is used, and only syntax that an older Python can read far enough to be told its age.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

UV_VERSION = "0.13.9"
ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".local" / "tools"
UV = TOOLS / "bin" / "uv"
FIRST_RUN = ["run-local", "finance_stripe_sync_job"]


class SetupError(Exception):
    """A step of the set-up that cannot be done; the text says what to do instead."""


def main() -> int:
    recipe = sys.argv[1:] or FIRST_RUN
    try:
        check_python(sys.version_info[:2])
        if not has_pinned_uv():
            install_uv()
        install_project()
        os.chdir(str(ROOT))
        os.execv(str(ROOT / ".venv" / "bin" / "just"), ["just", *recipe])
    except SetupError as problem:
        say(str(problem))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next start goes on from here")
        return 130


def check_python(version: tuple) -> None:
    if not (3, 10) <= version < (3, 13):
        raise SetupError(
            f"this is Python {version[0]}.{version[1]}, and the project needs 3.11 or 3.12.\n"
            "  If this machine has one, name it: python3.12 start.py"
        )
    if version == (3, 10):
        say("Python 3.10: everything works but local Spark, which needs 3.11 or 3.12")


def has_pinned_uv() -> bool:
    try:
        found = subprocess.run([str(UV), "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    except OSError:
        return False
    return found.decode().split()[:2] == ["uv", UV_VERSION]


def install_uv() -> None:
    if importlib.util.find_spec("pip") is None:
        raise SetupError(
            "this Python has no pip, which is needed once, to fetch uv.\n"
            f"  Debian, Ubuntu: apt install python3-pip. Elsewhere: {sys.executable} -m ensurepip"
        )
    say(f"fetching uv {UV_VERSION} into .local/tools")
    # A system that refuses installs (PEP 668) or a configured --user concern its own folders, not this target.
    options = ["--no-user", "--no-deps", "--only-binary=:all:", "--upgrade", "--no-input", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(TOOLS), f"uv=={UV_VERSION}"]
    environment = dict(os.environ, PIP_REQUIRE_VIRTUALENV="0", PIP_ROOT_USER_ACTION="ignore")
    step(command, environment, "pip could not fetch uv; the reason is above")


def install_project() -> None:
    # A company's proxy is known to the system's certificates only. Recipes that start uv need this too.
    os.environ.setdefault("UV_SYSTEM_CERTS", "true")
    # Compiled once here, not at each start of a Python that may not write its bytecode (PYTHONDONTWRITEBYTECODE).
    environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_PROJECT_ENVIRONMENT=".venv", UV_COMPILE_BYTECODE="1")
    # An active environment is not where the project goes, and uv would warn about it at each start.
    environment.pop("VIRTUAL_ENV", None)
    command = [str(UV), "sync", "--locked", "--python", sys.executable, "--project", str(ROOT)]
    step(command, environment, "uv could not set up .venv; the reason is above")


def step(command: list, environment: dict, complaint: str) -> None:
    """Run a command of the set-up; its words go to stderr, since stdout belongs to the recipe."""
    if subprocess.call(command, env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr):
        raise SetupError(complaint)


def say(text: str) -> None:
    print(f"start.py: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
