"""Random files before each of several runs: what every table must then hold, by plain Python."""

import random
from collections import Counter

import pytest

SOURCE = """
    @dp.table
    @dp.expect_or_drop("positive", "amount >= 0")
    def raw():
        return (
            spark.readStream.format("cloudFiles")
            .option("cloudFiles.format", "json")
            .option("cloudFiles.schemaHints", "id INT, kind STRING, amount INT, seq INT")
            .load(spark.conf.get("landing"))
        )

    @dp.table
    def big():
        return spark.readStream.table("raw").where("amount > 5").select("id", "kind", "amount", "seq")

    @dp.materialized_view
    def totals():
        return spark.read.table("raw").groupBy("kind").agg(F.sum("amount").alias("total"), F.count("*").alias("n"))

    @dp.materialized_view
    def joined():
        return spark.sql("select id, n from sales.shop.raw r join totals t on r.kind <=> t.kind where amount > 5")

    dp.create_streaming_table("current")
    dp.create_auto_cdc_flow(
        "current", "raw", ["id"], F.struct("seq", "amount", "kind"),
        apply_as_deletes="kind = 'd'", column_list=["id", "kind", "amount", "seq"],
    )
"""
COLUMNS = ("id", "kind", "amount", "seq")
WHOLE = (*COLUMNS, "more_1", "more_2")


def some_records(rnd):
    """Records of few ids, so that they meet; some lack their kind, some bring a column that no other has."""
    for _ in range(rnd.randint(0, 6)):
        record = {"id": rnd.randint(1, 5), "amount": rnd.randint(-2, 12), "seq": rnd.randint(1, 40)}
        if rnd.random() < 0.8:
            record["kind"] = rnd.choice("abd")
        if rnd.random() < 0.2:
            record[f"more_{rnd.randint(1, 2)}"] = "x"
        yield record


def values(rows, columns=COLUMNS):
    return Counter(tuple(row.get(column) for column in columns) for row in rows)


def order(record):
    """Of an id's records, which is the last; a kind that is missing comes before all others."""
    return record["seq"], record["amount"], record.get("kind") or ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_table_is_what_plain_python_says(pipeline, seed):
    rnd = random.Random(seed)  # noqa: S311 - rows, no secrets
    pipeline.source(SOURCE)
    landed = []
    for number in range(5):
        for part in range(rnd.randint(1, 2)):
            records = list(some_records(rnd))
            # Names say nothing of when a file came.
            pipeline.land(f"{rnd.randint(0, 999):03}-{number}-{part}.json", records)
            landed += records
        assert pipeline.run(full_refresh_all=rnd.random() < 0.2).ok
        kept = [record for record in landed if record["amount"] >= 0]
        large = [record for record in kept if record["amount"] > 5]
        n = Counter(record.get("kind") for record in kept)
        totals = [
            {"kind": kind, "n": n[kind], "total": sum(record["amount"] for record in kept if record.get("kind") == kind)}
            for kind in n
        ]
        last = {record["id"]: record for record in sorted(kept, key=order)}
        assert values(pipeline.rows("raw"), WHOLE) == values(kept, WHOLE)
        assert values(pipeline.rows("big")) == values(large)
        assert values(pipeline.rows("totals"), ("kind", "total", "n")) == values(totals, ("kind", "total", "n"))
        assert values(pipeline.rows("joined"), ("id", "n")) == Counter((one["id"], n[one.get("kind")]) for one in large)
        assert values(pipeline.rows("current")) == values(one for one in last.values() if one.get("kind") != "d")
