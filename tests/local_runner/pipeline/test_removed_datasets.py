"""A dataset that its pipeline no longer defines: its old rows are not taken for anything's input, and none are lost."""

import pytest

from local_runner.bundle import resolve
from local_runner.diagnostics import Failure
from local_runner.pipeline.run import run_pipeline

MALL = "    mall: {name: mall, catalog: sales, schema: mall, libraries: [{glob: {include: mall/**}}]}\n"
RAW = """
    @dp.table
    def raw():
        return spark.readStream.schema("id int").json(spark.conf.get("landing"))
"""
OLD = """
    @dp.materialized_view
    def old():
        return spark.read.table("raw")
"""
READER = """
    @dp.materialized_view
    def reader():
        return spark.read.table("old")
"""


@pytest.fixture
def mall(pipeline):
    """A function that runs a second pipeline of the bundle, `mall`, whose one file has the code that is given."""
    bundle = pipeline.root / "databricks.yml"
    bundle.write_text(bundle.read_text().replace("  pipelines:\n", f"  pipelines:\n{MALL}"))

    def run(code):
        pipeline.source(code, "../mall/mall.py")
        return run_pipeline(resolve(pipeline.root), "mall", pipeline.spark)

    (pipeline.root / "src").mkdir()
    return run


def refusals(run, *arguments, **selection):
    with pytest.raises(Failure) as caught:
        run(*arguments, **selection)
    return {problem.summary: problem for problem in caught.value.diagnostics}


def test_each_way_to_read_what_the_pipeline_no_longer_defines_is_refused(pipeline):
    pipeline.source(RAW + OLD)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    pipeline.source(
        """
        @dp.materialized_view
        def by_name():
            return spark.read.table("old")

        @dp.materialized_view
        def by_whole_name():
            return spark.table("sales.shop.old")

        @dp.materialized_view
        def by_sql():
            return spark.sql("select * from old")

        @dp.table
        def by_stream():
            return spark.readStream.table("raw")

        dp.create_streaming_table("by_changes")
        dp.create_auto_cdc_flow("by_changes", "raw", ["id"], "id")
        """
    )
    pipeline.source("CREATE MATERIALIZED VIEW by_file AS SELECT * FROM LIVE.old", "file.sql")
    pipeline.land("2.json", [{"id": 2}])
    for selection in ({}, {"full_refresh_all": True}, {"dry_run": True}):
        told = refusals(pipeline.run, **selection)
        gone = "which this pipeline made and no longer defines"
        assert set(told) == {
            f"by_name reads sales.shop.old, {gone}",
            f"by_whole_name reads sales.shop.old, {gone}",
            f"by_sql reads sales.shop.old, {gone}",
            f"by_stream reads sales.shop.raw, {gone}",
            f"by_changes reads sales.shop.raw, {gone}",
            f"by_file reads sales.shop.old, {gone}",
        }
        by_stream = told[f"by_stream reads sales.shop.raw, {gone}"]
        assert (by_stream.location.file, by_stream.location.line) == (str(pipeline.root / "src/source.py"), 16)
        assert by_stream.remedy.startswith("Define raw again, or read another table. ")
    assert pipeline.rows("old") == [{"id": 1}]
    assert {entry.name.table for entry in pipeline.store.all()} == {"raw", "old"}


def test_a_renamed_dataset_is_suggested(pipeline):
    pipeline.source(RAW + OLD.replace("old", "payments") + READER.replace('"old"', '"payments"'))
    assert pipeline.run().ok
    pipeline.source(RAW + OLD.replace("old", "payment") + READER.replace('"old"', '"payments"'))
    (problem,) = refusals(pipeline.run).values()
    assert problem.remedy.startswith("Did you mean payment? ")


def test_a_read_outside_the_query_functions_is_refused_too(pipeline):
    pipeline.source(RAW + OLD)
    assert pipeline.run().ok
    pipeline.source(RAW + '    number = spark.read.table("old").count()\n')
    (problem,) = refusals(pipeline.run).values()
    assert problem.summary == "source.py reads sales.shop.old, which this pipeline made and no longer defines"
    assert problem.location.line == 7


@pytest.mark.slow
def test_another_pipeline_reads_it_until_its_own_has_run_without_it(pipeline, mall):
    pipeline.source(RAW + OLD)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    reader = READER.replace('"old"', '"sales.shop.old"')
    assert mall(reader).ok
    pipeline.source(RAW)
    assert pipeline.run(dry_run=True).ok
    assert mall(reader).ok
    written = pipeline.store.updated(pipeline.store.lookup("old"))
    assert pipeline.run().ok
    assert pipeline.store.updated(pipeline.store.lookup("old")) == written
    (problem,) = refusals(mall, reader).values()
    assert problem.summary == "reader reads sales.shop.old, which the pipeline shop made and no longer defines"
    pipeline.source(RAW + OLD)
    assert pipeline.run(refresh=frozenset({"raw"})).ok
    assert mall(reader).ok
    assert pipeline.rows("reader") == [{"id": 1}]


def test_a_table_of_a_pipeline_that_is_gone_is_not_read(pipeline, mall):
    pipeline.source(RAW)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    bundle = pipeline.root / "databricks.yml"
    bundle.write_text(bundle.read_text().replace("    shop:\n", "    store:\n"))
    (problem,) = refusals(mall, READER.replace('"old"', '"sales.shop.raw"')).values()
    assert (
        problem.summary
        == "reader reads sales.shop.raw, which the pipeline shop made, and there is no such pipeline any more"
    )
    # A file that cannot be read may define it.
    bundle.write_text(bundle.read_text() + "include: [broken.yml]\n")
    (pipeline.root / "broken.yml").write_text("resources: [")
    assert mall(READER.replace('"old"', '"sales.shop.raw"')).ok


@pytest.mark.slow
def test_a_fixture_takes_the_place_of_what_is_no_longer_defined(pipeline):
    pipeline.source(RAW + OLD + READER)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    pipeline.source(READER)
    (pipeline.root / "fixtures/sales/shop/old.jsonl").write_text('{"id": 7}\n')
    assert pipeline.run().ok
    assert pipeline.rows("reader") == [{"id": 7}]


@pytest.mark.slow
def test_a_table_that_moves_to_another_pipeline_takes_its_rows_along(pipeline, mall):
    pipeline.source(RAW + READER.replace('"old"', '"raw"'))
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    moved = RAW.replace("@dp.table", '@dp.table(name="sales.shop.raw")').replace(
        'spark.conf.get("landing")', '"/Volumes/sales/shop/landing"'
    )
    told = [dataset.problem for dataset in mall(moved).datasets]
    assert [problem.summary for problem in told] == ["pipeline shop makes sales.shop.raw too"]
    words = "Give one of the two another name. If shop no longer defines it, run that first"
    assert told[0].remedy.splitlines()[0] == words
    pipeline.source(READER.replace('"old"', '"raw"'))
    # It reads what it has not got any more, and is refused; from now on the table is free.
    assert len(refusals(pipeline.run)) == 1
    pipeline.land("2.json", [{"id": 2}])
    assert mall(moved).ok
    assert pipeline.rows("raw") == [{"id": 1}, {"id": 2}]
    assert pipeline.run().ok
    assert pipeline.rows("reader") == [{"id": 1}, {"id": 2}]


@pytest.mark.slow
def test_a_dataset_that_comes_back_goes_on_where_it_was(pipeline):
    pipeline.source(RAW + READER.replace('"old"', '"raw"'))
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    pipeline.source("@dp.materialized_view\ndef other():\n    return spark.range(1)\n")
    assert pipeline.run().ok
    assert [(entry.name.table, entry.active) for entry in pipeline.store.all()] == [
        ("other", True),
        ("raw", False),
        ("reader", False),
    ]
    pipeline.land("2.json", [{"id": 2}])
    pipeline.source(RAW + READER.replace('"old"', '"raw"'))
    results = pipeline.outcome()
    assert results["raw"].rows == 1
    assert pipeline.rows("reader") == [{"id": 1}, {"id": 2}]
    assert pipeline.store.lookup("raw").active
