"""Deployments by the real Databricks CLI, to the workspace that the environment names: it decides, these tests look.

Everything made here is in a bundle of its own name, and destroyed at the end.
"""

import json
import os
import shutil
import subprocess
from uuid import uuid4

import pytest

IS_CONFIGURED = os.environ.get("DATABRICKS_HOST") or os.environ.get("DATABRICKS_CONFIG_PROFILE")
pytestmark = pytest.mark.skipif(
    not (shutil.which("databricks") and IS_CONFIGURED),
    reason="needs the Databricks CLI, and a workspace: DATABRICKS_HOST or DATABRICKS_CONFIG_PROFILE",
)

BUNDLE = """\
bundle:
  name: deploy-test-{name}
  databricks_cli_version: ">= 1.7.0"
include: [resources/*/*/*.yml]
targets:
  dev:
    default: true
"""
PAIR = """\
resources:
  pipelines:
    {domain}_pipeline:
      name: {domain}-{name}
      storage: /tmp/{name}/one
      libraries:
        - file: {{path: ../../../src/{domain}/table.py}}
  jobs:
    {domain}_job:
      name: {domain}-{name}
      tasks:
        - task_key: refresh
          pipeline_task: {{pipeline_id: "${{resources.pipelines.{domain}_pipeline.id}}"}}
"""
TABLE = "from pyspark import pipelines as dp\n\n\n@dp.table\ndef {domain}_table():\n    return spark.range(1)\n"


@pytest.fixture
def bundle(tmp_path, git, commit):
    name = uuid4().hex[:12]
    files = {"databricks.yml": BUNDLE.format(name=name), ".gitignore": ".local/\n.databricks/\n"}
    for domain in ("sales", "support"):
        files[f"resources/{domain}/pair/all.yml"] = PAIR.format(domain=domain, name=name)
        files[f"src/{domain}/table.py"] = TABLE.format(domain=domain)
    for file, text in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    git("init", "--quiet", "--initial-branch=main")
    commit()
    yield tmp_path
    databricks(tmp_path, "destroy", "--auto-approve")


def databricks(root, *arguments):
    command = ["databricks", "bundle", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, timeout=300).stdout


def in_workspace(root):
    """The keys of the resources that the workspace has."""
    resources = json.loads(databricks(root, "summary", "--output=json"))["resources"]
    return {key for items in resources.values() for key, value in items.items() if value.get("id")}


def edit(file, old, new):
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_domain_is_deployed_and_no_other(bundle, run_module):
    assert run_module("scripts.deploy_domain", "sales", cwd=bundle).returncode == 0
    assert in_workspace(bundle) == {"sales_job", "sales_pipeline"}


def test_what_changed_is_deployed_and_recorded(bundle, run_module, git, commit):
    assert run_module("scripts.deploy_affected", cwd=bundle).returncode == 0
    assert in_workspace(bundle) == {"sales_job", "sales_pipeline", "support_job", "support_pipeline"}
    assert git("rev-parse", "refs/deployed/dev") == git("rev-parse", "HEAD")

    edit(bundle / "resources/sales/pair/all.yml", "- task_key: refresh", "- task_key: update")
    head = commit()
    done = run_module("scripts.deploy_affected", cwd=bundle)
    assert (done.returncode, done.stdout) == (
        0,
        f"  update jobs.sales_job\nPlan for dev: 1 change\nrefs/deployed/dev is now {head[:10]}\n",
    )


def test_a_removal_waits_for_a_full_deployment_that_allows_it(bundle, run_module):
    run_module("scripts.deploy_affected", cwd=bundle)
    (bundle / "resources/support/pair/all.yml").unlink()

    assert "  pipelines.support_pipeline\n" in run_module("scripts.deploy_affected", cwd=bundle).stdout
    stopped = run_module("scripts.deploy_affected", "--full", cwd=bundle)
    assert stopped.returncode == 1
    assert "  removes pipelines.support_pipeline\n" in stopped.stderr
    assert "delete pipelines.support_pipeline\n" in databricks(bundle, "plan"), "it is still there"

    assert run_module("scripts.deploy_affected", "--full", "--allow-data-loss", cwd=bundle).returncode == 0
    assert "0 to delete" in databricks(bundle, "plan")


def test_a_pipeline_that_would_be_made_anew_is_stopped(bundle, run_module):
    run_module("scripts.deploy_affected", cwd=bundle)
    edit(bundle / "resources/sales/pair/all.yml", "/one", "/two")
    stopped = run_module("scripts.deploy_domain", "sales", cwd=bundle)
    assert stopped.returncode == 1
    assert "  removes and makes anew pipelines.sales_pipeline\n" in stopped.stderr
    assert run_module("scripts.deploy_domain", "sales", "--allow-data-loss", cwd=bundle).returncode == 0


def test_the_exit_code_is_the_clis(bundle, run_module, git):
    edit(bundle / "databricks.yml", ">= 1.7.0", "nonsense")
    assert run_module("scripts.deploy_affected", cwd=bundle).returncode == 1
    edit(bundle / "databricks.yml", "nonsense", ">= 1.7.0")
    assert git("for-each-ref", "refs/deployed") == ""
