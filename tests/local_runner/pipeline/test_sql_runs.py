"""SQL source files give the tables that the same definitions in Python give."""

from datetime import date

import pytest

ROWS = [{"id": n, "kind": "ab"[n % 2], "amount": n * 10 - 20, "day": f"2025-01-0{n}"} for n in range(1, 6)]
RAW = """
    @dp.table
    def raw():
        return spark.readStream.schema("id int, kind string, amount int, day date").json(spark.conf.get("landing"))
"""


@pytest.fixture
def shop(pipeline):
    pipeline.source(RAW)
    pipeline.land("1.json", ROWS)
    return pipeline


def test_a_stream_a_view_and_a_materialized_view(shop):
    shop.source(
        """
        -- Only what costs something; a semicolon in a string; is no end.
        CREATE OR REFRESH STREAMING TABLE paid (
          id INT COMMENT 'the order''s number', kind STRING, amount INT, day DATE,
          CONSTRAINT costs EXPECT (amount > 0) ON VIOLATION DROP ROW,
          CONSTRAINT early EXPECT (day < '2025-01-05')
        )
        COMMENT 'Orders; paid'
        TBLPROPERTIES ('quality' = 'silver')
        AS SELECT * FROM STREAM(raw);

        CREATE TEMPORARY VIEW doubled (k, twice) AS SELECT kind, amount * 2 FROM LIVE.paid;

        CREATE OR REFRESH MATERIALIZED VIEW totals CLUSTER BY AUTO AS
        WITH named AS (SELECT k, twice, ';' AS mark FROM doubled)
        SELECT k AS kind, sum(twice) AS total, max(mark) AS mark FROM named GROUP BY k
        """,
        "orders.sql",
    )
    results = shop.outcome()
    paid = [row for row in ROWS if row["amount"] > 0]
    assert [row["id"] for row in shop.rows("paid")] == [row["id"] for row in paid] == [3, 4, 5]
    assert {rule.name: (rule.passed, rule.failed) for rule in results["paid"].expectations} == {
        "costs": (3, 2),
        "early": (4, 1),
    }
    assert shop.rows("totals") == [
        {"kind": "a", "total": 40, "mark": ";"},
        {"kind": "b", "total": 80, "mark": ";"},
    ]
    entry = shop.store.lookup("paid")
    assert (entry.comment, entry.properties) == ("Orders; paid", {"quality": "silver"})
    assert entry.schema["fields"][0]["metadata"] == {"comment": "the order's number"}
    shop.land("2.json", [{"id": 9, "kind": "b", "amount": 1, "day": "2025-01-01"}])
    assert shop.outcome()["paid"].rows == 1
    assert len(shop.rows("paid")) == 4


def test_set_and_configuration(shop):
    shop.source(
        """
        CREATE MATERIALIZED VIEW nowhere AS SELECT '${landing}/x' AS path;
        SET since = '2025-01-03';
        SET spark.sql.session.timeZone = Asia/Tokyo;
        CREATE MATERIALIZED VIEW late AS SELECT id, current_timezone() AS zone FROM raw WHERE day >= ${since};
        """,
        "late.sql",
    )
    assert shop.run().ok
    assert shop.rows("nowhere") == [{"path": "/Volumes/sales/shop/landing/x"}]
    assert shop.rows("late") == [{"id": n, "zone": "Asia/Tokyo"} for n in (3, 4, 5)]
    assert shop.spark.conf.get("spark.sql.session.timeZone") != "Asia/Tokyo"


def test_flows_into_one_table(shop):
    shop.source(
        """
        CREATE STREAMING TABLE everything;
        CREATE FLOW new_ones AS INSERT INTO everything BY NAME SELECT kind, id FROM STREAM raw;
        CREATE FLOW backfill COMMENT 'Once' AS INSERT INTO ONCE everything BY NAME VALUES (100, 'z') AS t(id, kind);
        """,
        "flows.sql",
    )
    expected = [{"kind": row["kind"], "id": row["id"]} for row in ROWS] + [{"kind": "z", "id": 100}]
    for _ in range(2):
        assert shop.run().ok
        assert sorted(shop.rows("everything"), key=lambda row: row["id"]) == expected


def test_names_in_other_schemas(shop):
    shop.source(
        """
        CREATE TEMPORARY VIEW seen AS SELECT id, day FROM raw;
        USE SCHEMA other;
        CREATE MATERIALIZED VIEW raw AS SELECT day FROM seen WHERE id = 1;
        CREATE MATERIALIZED VIEW first_day AS SELECT raw.day FROM raw;
        USE CATALOG archive;
        CREATE MATERIALIZED VIEW kept AS SELECT day FROM sales.other.raw;
        CREATE MATERIALIZED VIEW `we ird`.`of all` AS SELECT day FROM kept
        """,
        "names.sql",
    )
    assert shop.run().ok
    one = [{"day": date(2025, 1, 1)}]
    for table in ("sales.other.raw", "sales.other.first_day", "archive.other.kept", "archive.we ird.of all"):
        assert shop.rows(table) == one
    assert len(shop.rows("sales.shop.raw")) == len(ROWS)
