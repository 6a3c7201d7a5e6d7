"""The job of crm/hubspot by itself, in a copy of the bundle where no other has run; then after finance's."""

from decimal import Decimal

import pytest

from local_runner.bundle import resolve
from local_runner.jobs import pipelines_of
from local_runner.pipeline.run import run_pipeline
from local_runner.tables import TableStore
from local_runner.tables.rows import rows
from tests.bundle_copy import copy_bundle
from tests.crm.hubspot.oracle import expected_final
from tests.finance.stripe import oracle as finance


@pytest.mark.slow
def test_the_job_runs_alone_and_takes_what_finance_has_made_once_it_has(tmp_path, spark):
    root = copy_bundle(tmp_path / "bundle")
    fixture = root / "fixtures/finance/stripe/final_payment_summary.csv"
    fixture.write_text("currency,total_amount,transaction_count\nEUR,10.25,1\nSEK,2.00,1\n")
    bundle, store = resolve(root), TableStore(root / ".local" / "dev")

    def run(job):
        for pipeline in pipelines_of(bundle, job):
            assert run_pipeline(bundle, pipeline, spark).ok

    def coverage():
        return sorted(rows(store, store.lookup("final_revenue_coverage")), key=lambda row: row["currency"])

    run("crm_hubspot_sync_job")
    assert coverage() == expected_final({"EUR": Decimal("10.25"), "SEK": Decimal("2.00")})

    run("finance_stripe_sync_job")
    run("crm_hubspot_sync_job")
    assert coverage() == expected_final({row["currency"]: row["total_amount"] for row in finance.expected_final()})
