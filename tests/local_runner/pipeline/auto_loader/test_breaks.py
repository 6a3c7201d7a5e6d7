"""Auto Loader over runs that fail and folders outside the volumes: no row lost, none doubled, no column forgotten."""

import pytest

from local_runner.diagnostics import Failure
from tests.local_runner.pipeline.auto_loader.conftest import Case, land, source


@pytest.mark.slow
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


LATE = """
    from pathlib import Path

    calls = []

    @dp.table
    def raw():
        calls.append(1)
        reader = spark.readStream.format("cloudFiles").option("cloudFiles.format", "csv").option("header", "true")
        frame = reader.load({path!r})
        if len(calls) == 2 and not Path("{folder}/3.csv").exists():
            Path("{folder}/2.csv").write_text("more,id\\nx,2\\n")
        return frame
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", ["{}", "file:{}", "file://{}/*.csv"])
def test_a_folder_of_this_machine_and_a_file_that_comes_while_a_run_starts(pipeline, tmp_path, path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "1.csv").write_text("id\n1\n")
    pipeline.source(LATE.format(path=path.format(folder), folder=folder))
    problem = pipeline.outcome()["raw"].problem
    assert "a file came while the run was starting, run again: file:/" in problem.detail
    (folder / "3.csv").write_text("id\n3\n")
    assert [(dataset.rows, dataset.problem) for dataset in pipeline.run().datasets] == [(3, None)]
    (folder / "4.csv").write_text("id\n4\n")
    assert [(dataset.rows, dataset.problem) for dataset in pipeline.run().datasets] == [(1, None)]
    assert [(row["id"], row["more"]) for row in pipeline.rows("raw")] == [("1", None), ("2", "x"), ("3", None), ("4", None)]


def test_a_folder_that_is_not_there_and_a_path_that_is_not_whole(pipeline):
    for path, told in {
        "file:/nowhere/at/all": "Auto Loader reads file:/nowhere/at/all, and there is no such folder",
        "landing": "Auto Loader reads landing, which is no whole path",
    }.items():
        pipeline.source(source("raw", Case({}), "json").replace('spark.conf.get("landing") + "/raw"', repr(path)))
        with pytest.raises(Failure) as caught:
            pipeline.run()
        assert [problem.summary for problem in caught.value.diagnostics] == [told]
