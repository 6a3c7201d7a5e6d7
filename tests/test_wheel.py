import os
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_the_packages_under_src_and_nothing_else(tmp_path):
    uv = shutil.which("uv", path=f"{ROOT / '.local/tools/bin'}:{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv is neither on the PATH nor in .local/tools; start.py puts it there")
    command = [uv, "build", "--wheel", "--out-dir", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr

    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == "data_platform-0.0.1-py3-none-any.whl"
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {"finance/__init__.py", "common/__init__.py", "finance/stripe/__init__.py"} <= held
    packages = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()} - {"__pycache__"}
    assert {name.split("/")[0] for name in held} == packages
    assert packages.isdisjoint({"src", "scripts", "tests", "resources", "local_runner"})
