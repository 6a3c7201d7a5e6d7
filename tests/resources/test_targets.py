"""This bundle in each of its targets; the same values come from the Databricks CLI's `bundle validate`."""

from pathlib import Path

import pytest

from local_runner.bundle import resolve

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("target", "mode", "catalog", "schema"),
    [
        ("dev", "development", "dev_finance", "ann_lee_stripe"),
        ("staging", "production", "staging_finance", "stripe"),
        ("prod", "production", "finance", "stripe"),
    ],
)
def test_catalog_is_the_domain_and_schema_the_source(target, mode, catalog, schema):
    bundle = resolve(ROOT, target, user="ann.lee@example.com").value

    pipeline = bundle["resources"]["pipelines"]["finance_stripe_sync_pipeline"]
    job = bundle["resources"]["jobs"]["finance_stripe_sync_job"]
    namespace = bundle["resources"]["schemas"]["finance_stripe_schema"]
    volume = bundle["resources"]["volumes"]["finance_stripe_landing_volume"]
    assert bundle["bundle"]["mode"] == mode
    assert (namespace["catalog_name"], namespace["name"]) == (catalog, schema)
    # By text both say the same as the schema: only then does a reference take the text's place.
    assert (pipeline["catalog"], pipeline["schema"]) == (catalog, "${resources.schemas.finance_stripe_schema.name}")
    assert (volume["catalog_name"], volume["schema_name"]) == (catalog, "${resources.schemas.finance_stripe_schema.name}")
    assert volume["volume_path"] == f"/Volumes/{catalog}/{schema}/landing"
    assert pipeline["configuration"] == {"landing.payments_path": f"/Volumes/{catalog}/{schema}/landing/payments"}
    other_domain = bundle["resources"]["pipelines"]["crm_hubspot_sync_pipeline"]["configuration"]["payments.summary"]
    assert other_domain == f"{catalog}.{schema}.final_payment_summary"
    assert job["parameters"] == [{"name": "catalog", "default": catalog}, {"name": "schema", "default": schema}]
    assert [task["pipeline_task"]["pipeline_id"] for task in job["tasks"]] == [
        "${resources.pipelines.finance_stripe_sync_pipeline.id}"
    ]

    shared = target != "dev"
    readers, principal = (bundle["variables"][name]["value"] for name in ("readers", "service_principal"))
    assert namespace["grants"] == [{"principal": readers, "privileges": ["USE_SCHEMA", "SELECT"]}]
    assert volume["grants"] == [{"principal": readers, "privileges": ["READ_VOLUME"]}]
    for resource in (pipeline, job):
        assert resource.get("run_as") == ({"service_principal_name": principal} if shared else None)
        granted = [
            one["service_principal_name"] for one in resource.get("permissions", []) if "service_principal_name" in one
        ]
        assert granted == ([principal] if shared else [])
    if shared:
        assert (ROOT / "databricks.yml").read_text().count(principal) == 1
        assert bundle["workspace"]["root_path"] == f"/Workspace/Shared/.bundle/data-platform/{target}"
