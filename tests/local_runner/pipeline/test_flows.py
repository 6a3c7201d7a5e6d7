"""Flows of their own: several into one table, once, in a loop, added and removed; sinks."""

import json

import pytest

from local_runner.diagnostics import Failure

pytestmark = pytest.mark.slow

LIVE = """
    dp.create_streaming_table("events", comment="all there is")

    def add_flow(region):
        @dp.append_flow(target="events", name=f"from_{region}")
        def flow():
            landed = spark.readStream.schema("id int, region string").json(spark.conf.get("landing"))
            return landed.where(F.col("region") == region)

    for region in REGIONS:
        add_flow(region)
"""
BACKFILL = """
    @dp.append_flow(target="events", once=True)
    def backfill():
        return spark.read.table("archive").selectExpr("int(id) id", "'old' region")
"""


def rows(*pairs):
    return [{"id": id, "region": region} for id, region in pairs]


def test_flows_come_and_go_and_each_row_comes_once(pipeline):
    archive = pipeline.root / "fixtures/sales/shop/archive.jsonl"
    archive.parent.mkdir(parents=True, exist_ok=True)
    archive.write_text('{"id": 100}\n')
    pipeline.source(LIVE.replace("REGIONS", "['de', 'fr']") + BACKFILL)
    pipeline.land("1.json", rows((1, "de"), (2, "fr"), (3, "it")))
    assert pipeline.outcome()["events"].rows == 3
    first = rows((1, "de"), (100, "old"), (2, "fr"))
    assert pipeline.rows("events") == first
    # A flow that is added reads its source from the start; the backfill does not run again.
    archive.write_text('{"id": 100}\n{"id": 101}\n')
    pipeline.source(LIVE.replace("REGIONS", "['de', 'fr', 'it']") + BACKFILL)
    pipeline.land("2.json", rows((4, "de")))
    assert pipeline.outcome()["events"].rows == 2
    second = [*first[:2], first[2], *rows((3, "it"), (4, "de"))]
    assert pipeline.rows("events") == second
    # The rows of a flow that is removed stay; it misses what comes while it is away, and goes on where it was.
    pipeline.source(LIVE.replace("REGIONS", "['fr']"))
    pipeline.land("3.json", rows((5, "de"), (6, "fr")))
    assert pipeline.outcome()["events"].rows == 1
    assert pipeline.rows("events") == [*second, *rows((6, "fr"))]
    pipeline.source(LIVE.replace("REGIONS", "['de', 'fr']"))
    assert pipeline.outcome()["events"].rows == 1
    assert pipeline.rows("events") == [*second, *rows((5, "de"), (6, "fr"))]


def test_a_sink_gets_each_row_once_and_is_no_table(pipeline):
    pipeline.source("""
        dp.create_sink("out", "json", {"path": "/Volumes/sales/shop/outbox/events", "compression": "none"})

        @dp.table
        def raw():
            return spark.readStream.schema("id int, region string").json(spark.conf.get("landing"))

        for region in ("de", "fr"):
            @dp.append_flow(target="out", name=f"to_{region}")
            def flow(region=region):
                return spark.readStream.table("raw").where(F.col("region") == region)
    """)
    folder = pipeline.root / ".local/dev/volumes/sales/shop/outbox/events"

    def written():
        return sorted(json.loads(line)["id"] for file in folder.glob("*.json") for line in file.read_text().splitlines())

    pipeline.land("1.json", rows((1, "de"), (2, "fr"), (3, "it")))
    result = pipeline.run()
    assert {dataset.name: (dataset.kind, dataset.rows) for dataset in result.datasets}["out"] == ("sink", 2)
    assert [name.table for name in result.finals] == []
    assert written() == [1, 2]
    pipeline.land("2.json", rows((4, "de")))
    assert pipeline.outcome()["out"].rows == 1
    assert written() == [1, 2, 4]
    assert [entry.name.table for entry in pipeline.store.all()] == ["raw"]
    # On Databricks too, a full refresh leaves what a sink holds, and adds everything again.
    assert pipeline.outcome(full_refresh=frozenset({"out"}))["out"].rows == 3
    assert written() == [1, 1, 2, 2, 4, 4]
    # A source that is made anew would give its rows once more, unasked.
    assert pipeline.run(full_refresh=frozenset({"raw"})).ok
    problem = pipeline.outcome()["out"].problem
    assert problem.summary == "sales.shop.raw was made anew since out last read it: its rows would be counted twice"
    assert written() == [1, 1, 2, 2, 4, 4]


def test_a_table_can_forbid_its_full_refresh(pipeline):
    pipeline.source("""
        @dp.table(table_properties={"pipelines.reset.allowed": "false"})
        def kept():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))
    """)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    (pipeline.root / "fixtures/sales/shop/landing/1.json").unlink()
    assert pipeline.run(full_refresh_all=True).ok
    assert pipeline.rows("kept") == [{"id": 1}]
    problem = pipeline.outcome(full_refresh=frozenset({"kept"}))["kept"].problem
    assert problem.summary.startswith("kept does not allow a full refresh")
    assert pipeline.rows("kept") == [{"id": 1}]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('dp.create_sink("out", "kafka", {"topic": "t"})', "a sink of format kafka is not supported in local runs"),
        (
            'dp.create_sink("out", "delta", {"path": "/Volumes/a/b/c"})',
            "a sink of format delta is not supported in local runs",
        ),
        ('dp.create_sink("out", "json", {})', "the sink out has no path"),
        ('dp.create_streaming_table("t")', "nothing writes to t"),
        ("@dp.append_flow(target='t')\ndef f():\n    return 1", "flow f writes to t, which is not defined"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(pipeline, source, told):
    pipeline.source(source)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [problem.summary for problem in caught.value.diagnostics] == [told]
    assert caught.value.diagnostics[0].location.line == 3
    assert pipeline.store.all() == []


def test_a_sink_writes_to_a_volume_only(pipeline, tmp_path):
    pipeline.source(f"""
        dp.create_sink("out", "json", {{"path": "{tmp_path}/elsewhere"}})

        @dp.append_flow(target="out")
        def flow():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))
    """)
    problem = pipeline.outcome()["out"].problem
    assert problem.summary == f"'{tmp_path}/elsewhere' is no path of a workspace"
    assert not (tmp_path / "elsewhere").exists()


def test_a_flow_that_runs_once_reads_no_stream_and_a_live_one_no_batch(pipeline):
    pipeline.source("""
        dp.create_streaming_table("t")

        @dp.append_flow(target="t", once=True)
        def backfill():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))

        dp.create_streaming_table("u")

        @dp.append_flow(target="u")
        def live():
            return spark.range(3)
    """)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [problem.summary for problem in caught.value.diagnostics] == [
        "backfill runs once, but reads a stream",
        "u is a streaming table, but its query live reads a batch",
    ]
