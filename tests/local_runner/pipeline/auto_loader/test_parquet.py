"""Auto Loader's parquet: the files' own types; what the schema has no place for is rescued."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from tests.local_runner.pipeline.auto_loader.conftest import Case, packed, rescued

pytestmark = pytest.mark.slow

FORMAT = "parquet"


NOON = datetime(2025, 3, 1, 12, tzinfo=timezone.utc)
ROWS = [{"id": 1, "price": Decimal("2.50"), "at": NOON, "name": "a", "place": {"zip": 5003}}]
MORE = [{"id": 2, "name": "b", "place": {"zip": 5004, "city": "Bergen"}, "new": [1, 2]}]

CASES = {
    "typed": Case({"1.parquet": packed(ROWS)}, later={"2.parquet": packed(MORE)}),
    "rescuing": Case(
        {"1.parquet": packed([{"id": 1}])},
        later={"2.parquet": packed(MORE), "3.parquet": packed([{"id": 3}])},
        options={"cloudFiles.schemaEvolutionMode": "rescue"},
    ),
    "days": Case({"day=1/1.parquet": packed([{"id": 1}]), "day=2/1.parquet": packed([{"id": 2}])}),
}


def test_the_files_types_are_the_columns(landed):
    assert landed.first("typed") == [{**ROWS[0], "_rescued_data": None}]


def test_new_columns_come_in_the_same_run(landed):
    assert landed.second("typed") == [
        {**ROWS[0], "place": {"zip": 5003, "city": None}, "_rescued_data": None, "new": None},
        {"id": 2, "price": None, "at": None, "_rescued_data": None, **MORE[0]},
    ]


def test_the_mode_rescue_adds_no_column(landed):
    rows = landed.second("rescuing")
    assert [row["id"] for row in rows] == [1, 2, 3]
    assert rescued(rows) == [None, {name: MORE[0][name] for name in ("name", "place", "new")}, None]


def test_directories_name_columns(landed):
    assert [(row["id"], row["day"]) for row in landed.first("days")] == [(1, 1), (2, 2)]
