"""A pair made with the recipes' commands, loaded beside the others as the Databricks CLI does it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_a_new_pair_loads_beside_the_others(run_module, tmp_path):
    shutil.copy(ROOT / "databricks.yml", tmp_path)
    shutil.copytree(ROOT / "resources", tmp_path / "resources", ignore=shutil.ignore_patterns("__pycache__"))
    # Names that nobody's own pairs have.
    pair = ["--domain", "new_domain_of_a_test", "--source", "shop"]
    second = ["--domain", "finance", "--source", "new_source_of_a_test"]  # of a domain that is there
    runs = [
        run_module("scripts.scaffold", *pair, cwd=tmp_path),
        run_module("scripts.build_pipeline_resource", *pair, "--name", "orders", cwd=tmp_path),
        run_module("scripts.build_job_resource", *pair, "--name", "orders", cwd=tmp_path),
        run_module("scripts.build_namespace_resource", *pair, cwd=tmp_path),
        run_module("scripts.scaffold", *second, cwd=tmp_path),
        run_module("scripts.build_pipeline_resource", *second, "--name", "sync", cwd=tmp_path),
    ]
    assert [(done.returncode, done.stderr) for done in runs] == [(0, "")] * 6

    given = {"bundle": {"target": "dev"}, "python": {"resources": ["resources:load_resources"]}}
    (tmp_path / "in.json").write_text(json.dumps(given))
    command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "load_resources", "--input", "in.json"]
    outputs = ["--output", "out.json", "--diagnostics", "diagnostics.json", "--locations", "locations.json"]
    subprocess.run([*command, *outputs], cwd=tmp_path, check=True, timeout=60)
    assert (tmp_path / "diagnostics.json").read_text() == ""
    resources = json.loads((tmp_path / "out.json").read_text())["resources"]
    assert {"finance_stripe_sync_job", "new_domain_of_a_test_shop_orders_job"} <= resources["jobs"].keys()
    made = {"finance_new_source_of_a_test_sync_pipeline", "new_domain_of_a_test_shop_orders_pipeline"}
    assert {"finance_stripe_sync_pipeline", *made} <= resources["pipelines"].keys()
    pipeline = resources["pipelines"]["new_domain_of_a_test_shop_orders_pipeline"]
    assert pipeline["catalog"] == "${var.catalog}new_domain_of_a_test"
    assert {"finance_stripe_schema", "new_domain_of_a_test_shop_schema"} <= resources["schemas"].keys()
    assert {"finance_stripe_landing_volume", "new_domain_of_a_test_shop_landing_volume"} <= resources["volumes"].keys()
