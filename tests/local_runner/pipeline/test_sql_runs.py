"""SQL source files give the tables that the same definitions in Python give."""

from datetime import date

import pytest

from local_runner.diagnostics import Failure

pytestmark = pytest.mark.slow

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
        CREATE MATERIALIZED VIEW kept AS SELECT other.raw.day FROM sales.other.raw WHERE sales.other.`raw`.day IS NOT NULL;
        CREATE MATERIALIZED VIEW `we ird`.`of all` AS SELECT day FROM kept
        """,
        "names.sql",
    )
    assert shop.run().ok
    one = [{"day": date(2025, 1, 1)}]
    for table in ("sales.other.raw", "sales.other.first_day", "archive.other.kept", "archive.we ird.of all"):
        assert shop.rows(table) == one
    assert len(shop.rows("sales.shop.raw")) == len(ROWS)


def test_change_events(pipeline):
    pipeline.source(
        """
        CREATE STREAMING TABLE events AS SELECT * FROM STREAM(raw);
        USE SCHEMA now;
        CREATE STREAMING TABLE people;
        CREATE FLOW changes AS AUTO CDC INTO people FROM STREAM(shop.events) KEYS (id)
          APPLY AS DELETE WHEN op = 'delete' SEQUENCE BY n COLUMNS * EXCEPT (op, n) STORED AS SCD TYPE 1;
        CREATE STREAMING TABLE history FLOW AUTO CDC FROM STREAM sales.shop.events KEYS (id)
          APPLY AS DELETE WHEN op = 'delete' SEQUENCE BY n COLUMNS (id, city) STORED AS SCD TYPE 2
        """,
        "people.sql",
    )
    pipeline.source(RAW.replace("id int, kind string, amount int, day date", "id int, city string, op string, n int"))
    events = [
        (1, "Ghent", "set", 1),
        (2, "Riga", "set", 2),
        (1, "Oslo", "set", 4),
        (1, "Bern", "set", 3),
        (2, None, "delete", 5),
    ]
    pipeline.land("1.json", [dict(zip(("id", "city", "op", "n"), event, strict=True)) for event in events])
    for _ in range(2):
        assert pipeline.run().ok
        assert pipeline.rows("sales.now.people") == [{"id": 1, "city": "Oslo"}]
        assert [tuple(row.values()) for row in pipeline.rows("sales.now.history")] == [
            (1, "Bern", 3, 4),
            (1, "Ghent", 1, 3),
            (1, "Oslo", 4, None),
            (2, "Riga", 2, 5),
        ]


def test_a_views_rules_hold_where_it_is_read(shop):
    shop.source(
        """
        CREATE TEMPORARY LIVE VIEW fresh (CONSTRAINT a EXPECT (amount > 0) ON VIOLATION DROP ROW) AS SELECT * FROM raw;
        CREATE TEMPORARY LIVE VIEW strict (CONSTRAINT b EXPECT (amount < 30) ON VIOLATION FAIL UPDATE) AS SELECT * FROM raw;
        CREATE MATERIALIZED VIEW fresh_ids AS SELECT id FROM fresh;
        CREATE MATERIALIZED VIEW strict_ids AS SELECT id FROM strict;
        """,
        "views.sql",
    )
    shop.source(
        """
        @dp.temporary_view
        @dp.expect_or_drop("costs", "amount > 0")
        def streamed():
            return spark.readStream.table("raw")

        @dp.table
        def streamed_ids():
            return spark.readStream.table("streamed").select("id")
        """,
        "views.py",
    )
    results = shop.outcome()
    assert shop.rows("fresh_ids") == shop.rows("streamed_ids") == [{"id": 3}, {"id": 4}, {"id": 5}]
    assert results["strict_ids"].problem.summary.startswith("strict_ids: expectation strict.b failed: the row {")


def test_columns_are_named_by_their_place_and_counted(shop):
    shop.source("CREATE TEMPORARY VIEW v (a, b) AS SELECT 1 AS x; CREATE TABLE t AS SELECT * FROM v", "a.sql")
    with pytest.raises(Failure, match="2 columns are named, and the query gives 1: x"):
        shop.run()


def test_queries_over_queries_that_read_the_same_tables(shop):
    """Spark gives each name to a table for the time of one query; another query must not take it away, nor get it."""
    shop.source(
        """
        CREATE TEMPORARY VIEW first AS SELECT id FROM raw WHERE id < 4;
        CREATE TEMPORARY VIEW second AS SELECT raw.id FROM raw JOIN first USING (id) WHERE raw.id > 1;
        CREATE TABLE both AS
        SELECT raw.id FROM raw JOIN first USING (id) JOIN second USING (id) WHERE id IN (SELECT raw.id FROM sales.shop.raw)
        """,
        "views.sql",
    )
    shop.source(
        """
        def define(n):
            @dp.materialized_view(name=f"one_{n}")
            def one():
                return spark.sql("SELECT id FROM raw WHERE id = :n", {"n": n % 5 + 1})

            @dp.materialized_view(name=f"other_{n}")
            def other():
                return spark.sql(f"SELECT {n} AS n, id FROM one_{n}")

        for n in range(20):
            define(n)
        """,
        "many.py",
    )
    assert shop.run().ok
    assert shop.rows("both") == [{"id": 2}, {"id": 3}]
    for n in range(20):
        assert shop.rows(f"other_{n}") == [{"n": n, "id": n % 5 + 1}]


def test_a_stream_is_aggregated_by_windows_of_a_watermark(shop):
    shop.source(
        """
        CREATE STREAMING TABLE days AS
        SELECT window(raw.at, '1 day') AS day, count(*) AS n
        FROM STREAM(raw) WATERMARK at DELAY OF INTERVAL 1 HOUR GROUP BY 1;

        CREATE STREAMING TABLE kinds AS SELECT kind, count(*) AS n FROM STREAM(raw) GROUP BY kind
        """,
        "days.sql",
    )
    shop.source(RAW.rstrip() + '.withColumn("at", F.to_timestamp("day"))\n')
    results = shop.outcome()
    # An hour before the last row, the fourth day was not over.
    assert [(row["day"]["start"].date(), row["n"]) for row in shop.rows("days")] == [
        (date(2025, 1, 1), 1),
        (date(2025, 1, 2), 1),
        (date(2025, 1, 3), 1),
    ]
    assert results["kinds"].problem.summary == "kinds aggregates a stream without a watermark, which local runs do not do"
    assert results["kinds"].problem.location.line == 6
    shop.land("2.json", [{**ROWS[-1], "id": 6}, {**ROWS[-1], "id": 7, "day": "2025-01-07"}])
    shop.run()
    assert [row["n"] for row in shop.rows("days")] == [1, 1, 1, 1, 2]
