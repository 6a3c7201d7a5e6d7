"""The entry gives what `python -m databricks.bundles.build`, the Databricks CLI's way, gives."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local_runner.bundle import python_entry

pytestmark = pytest.mark.slow

RESOURCES = """\
import sys
from databricks.bundles.core import Resources, load_resources_from_current_package_module
from databricks.bundles.jobs import Job

first = Job.from_dict({"name": sys.path[0]})


def load_resources() -> Resources:
    return load_resources_from_current_package_module()
"""


@pytest.mark.parametrize("more", ['second = Job.from_dict({"name": "b"})', 'second = Job.from_dict({"nmae": "b"})'])
def test_output_is_that_of_the_cli(tmp_path: Path, more: str) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/__init__.py").write_text(RESOURCES)
    (tmp_path / "resources/more.py").write_text(f"from databricks.bundles.jobs import Job\n\n{more}\n")
    bundle = {"bundle": {"target": "dev"}, "python": {"resources": ["resources:load_resources"]}}
    (tmp_path / "input.json").write_text(json.dumps(bundle))

    def run(*start: str) -> tuple[int, str, list[str]]:
        files = {name: tmp_path / f"{name}.json" for name in ("output", "diagnostics", "locations")}
        flags = [argument for name, file in files.items() for argument in (f"--{name}", str(file))]
        command = [sys.executable, *start, "--phase", "load_resources", "--input", "input.json", *flags]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stderr, [file.read_text() for file in files.values()]

    official = run("-m", "databricks.bundles.build")
    assert run(python_entry.__file__) == official
    assert str(tmp_path) in official[2][0]
