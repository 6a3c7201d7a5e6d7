"""The landed deal exports are the generator's, and hold what real feeds have; finance's table is what finance makes."""

import csv
import runpy
from collections import Counter

from tests.crm.hubspot.oracle import LANDING, expected_base, landed
from tests.finance.stripe import oracle as finance

GENERATOR = LANDING.parents[1] / "generate.py"
SUMMARY = LANDING.parents[3] / "finance" / "stripe" / "final_payment_summary.csv"


def test_generator_gives_the_same_bytes(tmp_path):
    runpy.run_path(str(GENERATOR))["write"](tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        file.name: file.read_bytes() for file in LANDING.iterdir()
    }


def test_what_the_files_hold():
    rows = landed()
    states = Counter(row["hs_object_id"] for row in rows)
    assert sum(number > 1 for number in states.values()) > 30
    newest = {row["deal_id"]: row for row in expected_base()}
    # 120 deals, of which 3 are too late for the last file, and 10 faults; less 2 each without an id, a currency, a worth.
    assert len(newest) == 120 - 3 + 10 - 2 - 2 - 2
    assert {row["currency"] for row in newest.values()} == {"USD", "EUR", "GBP", "JPY", "SEK"}
    assert [row["source_file"] for row in rows if "owner" in row] == ["deals-2025-03-03.csv"] * 88


def test_the_table_of_finance_is_what_finance_makes():
    with SUMMARY.open(newline="") as file:
        found = list(csv.DictReader(file))
    assert found == [{name: str(value) for name, value in row.items()} for row in finance.expected_final()]
