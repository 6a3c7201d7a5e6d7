"""The landed payment files are the generator's, and hold what real feeds have."""

import json
import runpy
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.finance.stripe.oracle import LANDING, expected_base, expected_drops, expected_final, landed

GENERATOR = LANDING.parents[1] / "generate.py"


def test_generator_gives_the_same_bytes(tmp_path):
    write = runpy.run_path(str(GENERATOR))["write"]
    write(tmp_path)
    write(tmp_path)

    assert contents(tmp_path) == contents(LANDING)
    assert len(contents(LANDING)) == 6


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return landed()


def test_events_come_again_late_and_corrected(rows):
    files = defaultdict(list)
    for row in rows:
        if row.get("event_id"):
            files[row["event_id"]].append(row)
    repeated = [copies for copies in files.values() if len(copies) > 1]
    assert len(repeated) > 100
    assert all(len({copy["source_file"] for copy in copies}) == len(copies) for copies in repeated)
    corrected = [copies for copies in repeated if len({copy["amount"] for copy in copies}) > 1]
    assert len(corrected) > 10
    late = [row for row in rows if row.get("event_at") and row["event_at"][:10] < row["source_file"][9:19]]
    assert len(late) > 100


def test_newest_event_is_not_always_in_the_newest_file(rows):
    events = defaultdict(list)
    for row in rows:
        if (row.get("payment_id") or "").strip():
            events[row["payment_id"]].append(row)
    by_event = {payment: max(found, key=lambda row: row["event_at"]) for payment, found in events.items()}
    by_file = {payment: max(row["source_file"] for row in found) for payment, found in events.items()}
    assert sum(by_event[payment]["source_file"] < by_file[payment] for payment in events) > 10


def test_currencies_statuses_and_offsets(rows):
    currencies = Counter((row.get("currency") or "").strip().upper() for row in rows)
    assert {"USD", "EUR", "GBP", "CHF", "JPY", "KRW", "XXX", "KWD"} <= set(currencies)
    statuses = Counter(row.get("status") for row in rows)
    assert min(statuses[status] for status in ("processing", "succeeded", "failed", "refunded")) > 50
    offsets = {row["created_at"][19:] for row in rows if row.get("created_at")}
    assert {"Z", "+01:00", "+02:00", "-05:00", "+05:30", ""} <= offsets


def test_a_column_comes_with_the_fourth_file(rows):
    columns = defaultdict(set)
    for row in rows:
        columns[row["source_file"]] |= set(row)
    has_method = ["payment_method" in columns[file] for file in sorted(columns)]
    assert has_method == [False, False, False, True, True, True]


def test_lines_that_are_not_json():
    lines = [line for file in LANDING.iterdir() for line in file.read_text().splitlines()]
    broken = [line for line in lines if not line.endswith("}")]
    assert len(broken) == 3
    for line in broken:
        with pytest.raises(json.JSONDecodeError):
            json.loads(line)


def test_every_rule_is_broken_and_the_rest_adds_up():
    # Counted by hand from the generator's list of faults.
    assert expected_drops() == {
        # 3 null or blank, 2 absent, 3 broken lines.
        "has_payment_id": 8,
        # 5 unknown or blank, 1 absent, 3 broken lines.
        "known_currency": 9,
        # 9 unusable, 1 absent, 5 refunds; and the 9 without a known currency have no amount either.
        "valid_amount": 24,
        # 3 unreadable, 1 absent, 3 broken lines.
        "valid_created_at": 7,
    }
    # 1,399 payments (one is too late for the last file) and 38 faults, less 5 refunds, 5 without an id, 6 without a
    # currency and 10 without an amount.
    assert len(expected_base()) == 1399 + 38 - 5 - 5 - 6 - 10
    assert [tuple(map(str, row.values())) for row in expected_final()] == [
        ("CHF", "16724.74", "64"),
        ("EUR", "68514.65", "338"),
        ("GBP", "21619.59", "138"),
        ("JPY", "5449062.00", "125"),
        ("KRW", "39011602.00", "81"),
        ("USD", "100141.07", "413"),
    ]
