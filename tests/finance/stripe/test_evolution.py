"""A column that only newer files have, in the raw table of the pair itself."""

from collections import Counter

import pytest

from local_runner.bundle import resolve
from local_runner.pipeline.run import Selection, run_pipeline
from local_runner.tables import TableStore
from local_runner.tables.rows import columns, rows
from tests.bundle_copy import copy_bundle
from tests.finance.stripe.oracle import landed

COLUMNS = ("event_id", "payment_id", "amount", "currency", "status", "created_at", "event_at", "source_file")


@pytest.mark.slow
def test_a_new_column_joins_the_table_and_no_row_is_lost_or_doubled(tmp_path, spark):
    root = copy_bundle(tmp_path / "bundle")
    landing = root / "fixtures/finance/stripe/landing/payments"
    later = sorted(landing.iterdir())[3:]
    for file in later:
        file.rename(tmp_path / file.name)
    bundle, store = resolve(root), TableStore(root / ".local" / "dev")

    def run():
        result = run_pipeline(bundle, "finance_stripe_sync_pipeline", spark, Selection(refresh=frozenset({"raw_payments"})))
        assert result.ok
        entry = store.lookup("raw_payments")
        return columns(entry), list(rows(store, entry))

    names, found = run()
    assert "payment_method" not in names
    assert counted(found, COLUMNS) == counted(landed(landing), COLUMNS)

    for file in later:
        (tmp_path / file.name).rename(file)
    for _ in range(2):  # the second of these runs finds nothing new
        names, found = run()
        assert names.count("payment_method") == 1
        assert counted(found, (*COLUMNS, "payment_method")) == counted(landed(landing), (*COLUMNS, "payment_method"))
    old = [row for row in found if row["source_file"] < later[0].name]
    assert len(old) > 1000
    assert {row["payment_method"] for row in old} == {None}
    assert sum(row["payment_method"] is not None for row in found) > 1000


def counted(table, names):
    """How often each row is in `table`."""
    return Counter(tuple(row.get(name) for name in names) for row in table)
