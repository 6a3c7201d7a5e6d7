"""A pair's namespace in the workspace that the environment names, deployed and filled with the recipes' commands.

`DATABRICKS_TEST_CATALOG` names a catalog there in which schemas may be created. The schema made here has a name of its own,
and is destroyed at the end.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

CATALOG = os.environ.get("DATABRICKS_TEST_CATALOG", "")
pytestmark = pytest.mark.skipif(
    not (shutil.which("databricks") and CATALOG),
    reason="needs the Databricks CLI, and a catalog of a workspace: DATABRICKS_TEST_CATALOG",
)

BUNDLE = """\
bundle: {{name: namespace-test-{source}}}
python: {{venv_path: {environment}, resources: ["resources:load_resources"]}}
experimental: {{skip_name_prefix_for_schema: true}}
variables:
  catalog: {{default: ""}}
  schema: {{default: "${{workspace.current_user.short_name}}_"}}
  readers: {{default: account users}}
# It has no prefix, so that no catalog need be made for this; that counts as production.
targets: {{dev: {{mode: development, default: true}}}}
"""


def databricks(root, *arguments):
    command = ["databricks", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture
def source():
    return f"test_{uuid4().hex[:12]}"


@pytest.fixture
def bundle(tmp_path, source, run_module, git, commit):
    (tmp_path / "databricks.yml").write_text(BUNDLE.format(source=source, environment=sys.prefix))
    (tmp_path / ".gitignore").write_text(".local/\n.databricks/\n")
    fixtures = tmp_path / "fixtures" / CATALOG / source / "landing"
    (fixtures / "day").mkdir(parents=True)
    (fixtures / "a.bin").write_bytes(bytes(range(256)))
    (fixtures / "day/b.csv").write_text("id\n1\n")
    for folder in ("resources", f"resources/{CATALOG}", f"resources/{CATALOG}/{source}"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    shutil.copy(Path(__file__).parents[2] / "resources/__init__.py", tmp_path / "resources")
    done = run_module("scripts.build_namespace_resource", "--domain", CATALOG, "--source", source, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    git("init", "--quiet", "--initial-branch=main")
    commit()
    yield tmp_path
    databricks(tmp_path, "bundle", "destroy", "--auto-approve")


def test_it_is_deployed_under_its_own_name_and_filled(bundle, source, run_module):
    assert run_module("scripts.deploy_domain", CATALOG, cwd=bundle).returncode == 0
    user = json.loads(databricks(bundle, "bundle", "validate", "--output=json"))["workspace"]["current_user"]
    schema = f"{CATALOG}.{user['short_name']}_{source}"
    assert json.loads(databricks(bundle, "schemas", "get", schema, "--output=json"))["full_name"] == schema
    volume = f"/Volumes/{schema.replace('.', '/')}/landing"

    def upload():
        done = run_module("scripts.upload_fixtures", CATALOG, source, "--allow-production", cwd=bundle)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert upload() == f"  new a.bin\n  new day/b.csv\nUploading 2 of 2 files to {volume} of dev\n"
    assert databricks(bundle, "fs", "cat", f"dbfs:{volume}/day/b.csv") == "id\n1\n"
    assert upload() == f"Uploading 0 of 2 files to {volume} of dev\n"
    (bundle / "fixtures" / CATALOG / source / "landing/day/b.csv").write_text("id\n2\n")
    assert upload() == f"  changed day/b.csv\nUploading 1 of 2 files to {volume} of dev\n"
    assert databricks(bundle, "fs", "cat", f"dbfs:{volume}/day/b.csv") == "id\n2\n"
