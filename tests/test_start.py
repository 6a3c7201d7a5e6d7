"""start.py, as far as it goes without a download: .ci/run goes through the rest of it."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import start

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 9), (3, 13), (4, 0)])
def test_another_python_is_told_which_it_needs(version):
    with pytest.raises(start.SetupError, match=rf"this is Python {version[0]}\.{version[1]}, .* needs 3\.11 or 3\.12"):
        start.check_python(version)


@pytest.mark.parametrize(("version", "said"), [((3, 10), "everything works but local Spark"), ((3, 11), ""), ((3, 12), "")])
def test_the_pythons_that_do(version, said, capsys):
    start.check_python(version)
    assert said in capsys.readouterr().err
    assert bool(said) == (version == (3, 10))


def test_an_old_python_reads_it_far_enough_to_be_told():
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_imports_only_the_standard_library():
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_python_without_pip_is_told_how_to_get_it(tmp_path):
    shutil.copy(ROOT / "start.py", tmp_path)
    # Without its site-packages a Python has no pip.
    command = [sys.executable, "-S", "start.py", "test"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "start.py: this Python has no pip" in done.stderr
    assert "apt install python3-pip" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_uv_is_not_taken_for_the_pinned_one(tmp_path, monkeypatch):
    uv = tmp_path / "uv"
    monkeypatch.setattr(start, "UV", uv)
    assert not start.has_pinned_uv()
    for words, pinned in [(f"uv {start.UV_VERSION} (x86_64)", True), ("uv 0.0.1 (x86_64)", False), ("", False)]:
        uv.write_text(f"#!/bin/sh\necho '{words}'\n")
        uv.chmod(0o755)
        assert start.has_pinned_uv() is pinned
    uv.chmod(0o644)
    assert not start.has_pinned_uv()
