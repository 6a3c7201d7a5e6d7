"""A pair made with the recipes' commands, loaded beside the first as the Databricks CLI does it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_a_new_pair_loads_beside_the_first(run_module, tmp_path):
    shutil.copy(ROOT / "databricks.yml", tmp_path)
    shutil.copytree(ROOT / "resources", tmp_path / "resources", ignore=shutil.ignore_patterns("__pycache__"))
    pair = ["--domain", "sales", "--source", "shop"]
    second = ["--domain", "finance", "--source", "paypal"]  # of a domain that is there
    runs = [
        run_module("scripts.scaffold", *pair, cwd=tmp_path),
        run_module("scripts.build_pipeline_resource", *pair, "--name", "orders", cwd=tmp_path),
        run_module("scripts.build_job_resource", *pair, "--name", "orders", cwd=tmp_path),
        run_module("scripts.scaffold", *second, cwd=tmp_path),
        run_module("scripts.build_pipeline_resource", *second, "--name", "sync", cwd=tmp_path),
    ]
    assert [(done.returncode, done.stderr) for done in runs] == [(0, "")] * 5

    given = {"bundle": {"target": "dev"}, "python": {"resources": ["resources:load_resources"]}}
    (tmp_path / "in.json").write_text(json.dumps(given))
    command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "load_resources", "--input", "in.json"]
    outputs = ["--output", "out.json", "--diagnostics", "diagnostics.json", "--locations", "locations.json"]
    subprocess.run([*command, *outputs], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "diagnostics.json").read_text() == ""
    resources = json.loads((tmp_path / "out.json").read_text())["resources"]
    assert {"finance_stripe_sync_job", "sales_shop_orders_job"} <= resources["jobs"].keys()
    pipelines = {"finance_stripe_sync_pipeline", "finance_paypal_sync_pipeline", "sales_shop_orders_pipeline"}
    assert pipelines <= resources["pipelines"].keys()
    assert resources["pipelines"]["sales_shop_orders_pipeline"]["catalog"] == "${var.catalog}sales"
