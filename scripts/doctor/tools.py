"""The programs and packages of this machine: what local work needs, and what deployments need."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from local_runner.diagnostics import Failure
from local_runner.spark.java import find_java, major_version
from scripts.databricks_cli import INSTALLATION
from scripts.doctor.line import Line, Status, error, ok, told, warning

_SPARK_PYTHON = (3, 11)
_SECONDS = 30


def python() -> Line:
    found = f"{platform.python_version()} ({sys.prefix})"
    if sys.version_info < _SPARK_PYTHON:
        return warning("Python", f"{found}; local Spark needs 3.11", "Set up with a newer one: python3.12 start.py")
    return ok("Python", found)


def uv() -> Line:
    if shown := _asked("uv"):
        return ok("uv", shown.removeprefix("uv "))
    return warning("uv", "not found; deployments build the wheel with it", "This installs it: python3 start.py")


def java() -> Line:
    try:
        found = find_java()
    except Failure as failure:
        needed = sys.version_info >= _SPARK_PYTHON
        return told("Java", Status.ERROR if needed else Status.WARNING, failure.diagnostics[0])
    return ok("Java", f"{major_version(found)} ({found})")


def local_spark() -> Line:
    name = "local Spark"
    if _installed("databricks-connect"):
        return warning(name, "Databricks Connect is installed in its place", "To run pipelines here again: uv sync")
    if found := _installed("pyspark"):
        return ok(name, f"pyspark {found}")
    if sys.version_info < _SPARK_PYTHON:
        return warning(name, "not installed: it needs Python 3.11", "Set up with a newer one: python3.12 start.py")
    return error(name, "pyspark is not installed", "uv sync")


def databricks_cli(required: str) -> Line:
    """The Databricks CLI, against what `bundle.databricks_cli_version` says, and against databricks-bundles."""
    name = "Databricks CLI"
    if shutil.which("databricks") is None:
        return warning(name, "not found; deployments need it", f"Install it: {INSTALLATION}")
    shown = re.fullmatch(r"Databricks CLI v((\d+\.\d+\.\d+)\S*)", _asked("databricks"))
    if shown is None:
        return warning(
            name,
            "`databricks` is another program, perhaps the older CLI in Python",
            f"Remove it, and install the present one: {INSTALLATION}",
        )
    # A version under development, such as 1.8.0-dev, has what the one that it becomes will have.
    found = Version(shown[2])
    try:
        is_allowed = found in _specifiers(required)
    except InvalidSpecifier:
        return warning(name, shown[1], f"Correct bundle.databricks_cli_version: it cannot be {required!r}.")
    if not is_allowed:
        return warning(name, f"{shown[1]}, but databricks.yml asks for {required}", f"Upgrade it: {INSTALLATION}")
    bundles = _installed("databricks-bundles")
    if bundles and found.release[:2] < Version(bundles).release[:2]:
        found_both = f"{shown[1]}, older than databricks-bundles {bundles}, whose newer settings it does not know"
        return warning(name, found_both, f"Upgrade it: {INSTALLATION}")
    return ok(name, f"{shown[1]}, with databricks-bundles {bundles}")


def _specifiers(required: str) -> SpecifierSet:
    """`1.7.0` and `1.*` stand for themselves, as in the CLI (bundle/config/mutator/verify_cli_version.go)."""
    parts = [part.strip() for part in required.split(",") if part.strip()]
    return SpecifierSet(",".join(f"=={part}" if part[0].isdigit() else part for part in parts))


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _asked(program: str) -> str:
    """What `program` says its version is; nothing where it cannot be run."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
