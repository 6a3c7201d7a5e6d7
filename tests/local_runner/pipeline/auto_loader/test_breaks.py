"""Auto Loader over runs that fail: no row lost, none doubled, no column forgotten."""

from tests.local_runner.pipeline.auto_loader.conftest import Case, land, source


def test_a_failed_run_leaves_its_files_to_the_next(pipeline):
    rule = """@dp.expect_or_fail("sound", "id <> 'bad'")"""
    strict = source("raw", Case({}), "json").replace("@dp.table", f"@dp.table\n    {rule}")
    pipeline.source(strict)
    land(pipeline, "raw/1.json", [{"id": "1"}])
    assert pipeline.run().ok
    land(pipeline, "raw/2.json", [{"id": "bad", "more": "x"}, {"id": "2", "more": "y"}])
    assert not pipeline.run().ok
    assert pipeline.rows("raw") == [{"id": "1", "_rescued_data": None}]
    pipeline.source(source("raw", Case({}), "json"))
    land(pipeline, "raw/3.json", [{"id": "3"}])
    assert pipeline.run().ok
    assert [(row["id"], row["more"]) for row in pipeline.rows("raw")] == [
        ("1", None),
        ("2", "y"),
        ("3", None),
        ("bad", "x"),
    ]


def test_a_file_that_comes_while_a_run_starts_is_left_to_the_next(pipeline):
    pipeline.source(
        """
        calls = []

        @dp.table
        def raw():
            calls.append(1)
            frame = spark.readStream.format("cloudFiles").option("cloudFiles.format", "csv").option("header", "true").load(
                "/Volumes/sales/shop/landing/raw")
            if len(calls) == 2 and len(dbutils.fs.ls("/Volumes/sales/shop/landing/raw")) == 1:
                dbutils.fs.put("/Volumes/sales/shop/landing/raw/2.csv", "more,id\\nx,2\\n")
            return frame
        """
    )
    land(pipeline, "raw/1.csv", "id\n1\n")
    problem = pipeline.outcome()["raw"].problem
    assert "a file came while the run was starting, run again: dbfs:/Volumes/sales/shop/landing/raw/2.csv" in problem.detail
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [
        {"id": "1", "more": None, "_rescued_data": None},
        {"id": "2", "more": "x", "_rescued_data": None},
    ]
