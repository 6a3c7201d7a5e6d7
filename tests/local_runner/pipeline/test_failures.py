"""What goes wrong is said once, in words; what was good stays."""

import os
import re
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import which

import pytest

from local_runner.bundle import resolve
from local_runner.diagnostics import Failure
from local_runner.pipeline.lock import pipeline_lock
from local_runner.pipeline.run import run_pipeline
from tests.local_runner.pipeline.conftest import Pipeline

GOOD = """
    @dp.table
    def raw():
        return spark.readStream.schema("id int").json(spark.conf.get("landing"))

    @dp.materialized_view
    def base():
        return spark.read.table("raw").withColumn("half", F.expr("100 / id"))

    @dp.materialized_view
    def final():
        return spark.read.table("base").agg(F.sum("half").alias("sum"))

    @dp.materialized_view
    def sibling():
        return spark.read.table("raw").agg(F.count("*").alias("n"))
"""


def refusal(pipeline: Pipeline, source: str) -> Failure:
    """How a pipeline of `source` is refused before anything is written."""
    pipeline.source(source)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert pipeline.store.all() == []
    return caught.value


def test_a_failed_dataset_stops_what_depends_on_it_and_keeps_its_last_good_rows(pipeline):
    pipeline.source(GOOD)
    pipeline.land("1.json", [{"id": 1}, {"id": 4}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 0}])
    result = pipeline.run()
    datasets = {dataset.name: dataset for dataset in result.datasets}
    assert not result.ok
    assert {name: (dataset.status.value, dataset.reason) for name, dataset in datasets.items()} == {
        "raw": ("completed", ""),
        "base": ("failed", ""),
        "final": ("skipped", "upstream base failed"),
        "sibling": ("completed", ""),
    }
    assert datasets["base"].problem.summary == "base failed"
    assert "DIVIDE_BY_ZERO" in datasets["base"].problem.detail
    assert "at org.apache.spark" not in datasets["base"].problem.detail
    assert re.fullmatch(r"The last good table, of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d, is kept", datasets["base"].problem.remedy)
    assert [row["half"] for row in pipeline.rows("base")] == [100.0, 25.0]
    assert pipeline.rows("final") == [{"sum": 125.0}]
    assert pipeline.rows("sibling") == [{"n": 3}]


def test_a_dataset_that_fails_on_its_first_run_keeps_no_table(pipeline):
    pipeline.source(GOOD)
    pipeline.land("1.json", [{"id": 0}])
    problem = pipeline.outcome()["base"].problem
    assert (problem.summary, problem.remedy) == ("base failed", "")


def test_a_query_that_does_not_work_fails_its_dataset_only(pipeline):
    pipeline.source(GOOD.replace('"100 / id"', '"100 / idd"'))
    pipeline.land("1.json", [{"id": 1}])
    result = pipeline.run()
    # What base reads is not known: raw may not be an end.
    assert result.finals == []
    results = {dataset.name: dataset for dataset in result.datasets}
    assert results["base"].problem.summary == "the query of base does not work"
    assert results["base"].problem.location.file.endswith("source.py")
    assert "idd" in results["base"].problem.detail
    assert results["final"].reason == "upstream base failed"
    assert pipeline.rows("sibling") == [{"n": 1}]


def test_a_volume_that_python_opens_itself_is_told_of(pipeline):
    failure = refusal(pipeline, """settings = open("/Volumes/sales/shop/landing/empty.json").read()\n""")
    (problem,) = failure.diagnostics
    assert (problem.summary, problem.location.line) == ("source.py does not load", 3)
    assert problem.remedy.endswith("read the file with spark.read or dbutils.fs.head")


@pytest.mark.slow
def test_a_query_that_takes_its_columns_from_rows_is_told_to_name_them(pipeline):
    pipeline.source("""
        @dp.materialized_view
        def base():
            return spark.range(1)

        @dp.materialized_view
        def guessed():
            return spark.createDataFrame(spark.read.table("base").collect())
    """)
    problem = pipeline.outcome()["guessed"].problem
    assert problem.summary == "the query of guessed does not work"
    assert problem.remedy.startswith("A query first runs on empty tables, for its columns: give createDataFrame a schema")


@pytest.mark.parametrize(
    ("query", "line", "text"),
    [
        ('spark.read.table("raw").select("id", F.col("idd"))', 12, 'return spark.read.table("raw")'),
        ('spark.read.table("raw").selectExpr("id",\n            "idd + 1")', 13, '"idd + 1")'),
        ('spark.sql("""\n            select id,\n            raw.idd from raw""")', 14, 'raw.idd from raw""")'),
        ('spark.sql("select fnc(id) from raw")', 12, 'return spark.sql("select fnc(id) from raw")'),
        ('spark.createDataFrame([(spark.conf.get("idd"),)])', 12, "return spark.createDataFrame("),
    ],
)
def test_a_query_that_does_not_work_shows_its_own_line(pipeline, query, line, text):
    problem = problem_of(pipeline, query)
    assert problem.location.line == line
    assert problem.detail.startswith(f"source.py:{line}: {text}")


def test_of_several_lines_with_the_name_none_is_taken(pipeline):
    problem = problem_of(pipeline, 'spark.read.table("raw").where(\n            "idd > 0").where(\n            "idd < 9")')
    assert problem.location.line == 8
    assert problem.detail.startswith("AnalysisException: ")


def problem_of(pipeline, query):
    """What is wrong with a dataset, decorated on line 8, that returns `query` on line 12."""
    pipeline.source(
        f"""
        @dp.table
        def raw():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))

        @dp.materialized_view
        @dp.expect("x", "id > 0")
        def base():
            # A comment.
            return {query}
        """
    )
    return pipeline.outcome(dry_run=True)["base"].problem


def test_a_query_of_a_sql_file_that_does_not_work_shows_its_own_line(pipeline):
    pipeline.source("-- a comment\nCREATE MATERIALIZED VIEW base AS\nSELECT 1 AS id,\n  idd + 1 AS n;\n", "a.sql")
    problem = pipeline.outcome(dry_run=True)["base"].problem
    assert (Path(problem.location.file).name, problem.location.line) == ("a.sql", 4)
    assert problem.detail.splitlines()[0] == "a.sql:4: idd + 1 AS n;"


def test_a_setting_that_the_pipeline_has_not_is_named_with_where_to_add_it(pipeline):
    pipeline.source('@dp.materialized_view\ndef base():\n    return spark.read.json(spark.conf.get("landing.x"))\n')
    problem = pipeline.outcome(dry_run=True)["base"].problem
    assert problem.remedy == "Add landing.x to the pipeline's resource, under `configuration`"
    assert problem.location.line == 5


def test_a_circle_names_its_members(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.materialized_view
        def one():
            return spark.read.table("two")

        @dp.materialized_view
        def two():
            return spark.read.table("three")

        @dp.materialized_view
        def three():
            return spark.read.table("sales.shop.one")
        """,
    )
    assert [problem.summary for problem in failure.diagnostics] == [
        "these datasets read each other in a circle: one → two → three → one"
    ]


def test_a_missing_upstream_gets_a_suggestion_and_the_fixture_to_add(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.materialized_view
        def payments():
            return spark.range(1)

        @dp.materialized_view
        def totals():
            return spark.read.table("paymets")
        """,
    )
    (problem,) = failure.diagnostics
    assert problem.summary == "totals reads sales.shop.paymets, and there is no such table"
    assert problem.remedy.startswith("Did you mean payments? ")
    assert "fixtures/sales/shop/paymets.csv" in problem.remedy
    assert problem.location.line == 8


def test_every_missing_upstream_is_told_at_once(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.materialized_view
        def one():
            return spark.read.table("nowhere")

        @dp.materialized_view
        def two():
            return spark.sql("select * from samples.nyctaxi.trips")
        """,
    )
    assert [problem.summary for problem in failure.diagnostics] == [
        "one reads sales.shop.nowhere, and there is no such table",
        "two reads samples.nyctaxi.trips, and there is no such table",
    ]


def test_a_materialized_view_cannot_be_read_as_a_stream(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.materialized_view
        def view():
            return spark.range(1)

        @dp.table
        def stream():
            return spark.readStream.table("view")
        """,
    )
    assert failure.diagnostics[0].summary == "stream reads view as a stream, but that is a materialized view"


def test_a_batch_query_under_table_is_refused(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.table
        def stream():
            return spark.range(1)
        """,
    )
    assert failure.diagnostics[0].summary == "stream is a streaming table, but its query stream reads a batch"


def test_a_stream_under_materialized_view_is_refused(pipeline):
    failure = refusal(
        pipeline,
        """
        @dp.materialized_view
        def view():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))
        """,
    )
    assert failure.diagnostics[0].summary == "view is a materialized view, but its query reads a stream"


def test_two_datasets_of_one_name_are_refused(pipeline):
    pipeline.source("@dp.materialized_view\ndef twin():\n    return spark.range(1)\n", "b.py")
    failure = refusal(pipeline, "@dp.materialized_view\ndef twin():\n    return spark.range(1)\n")
    assert failure.diagnostics[0].summary == "twin is defined twice"
    assert "b.py:3" in failure.diagnostics[0].remedy


def test_a_file_that_does_not_load_shows_its_own_lines_and_hides_no_other(pipeline):
    pipeline.source("unknown\n", "a.py")
    pipeline.source("def helper():\n    return 1 / 0\n\nhelper()\n", "b.py")
    with pytest.raises(Failure) as caught:
        pipeline.run()
    name, division = caught.value.diagnostics
    assert (Path(name.location.file).name, name.location.line) == ("a.py", 3)
    assert division.summary == "b.py does not load"
    assert division.detail.splitlines() == [
        "b.py:6: helper()",
        "b.py:4: return 1 / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_files_that_cannot_be_read_are_all_named_before_one_runs(pipeline):
    pipeline.source("def broken(:\n", "a.py")
    pipeline.source("DROP TABLE t", "b.sql")
    pipeline.source("raise SystemExit('this ran')\n", "c.py")
    with pytest.raises(Failure) as caught:
        pipeline.run()
    syntax, drop = caught.value.diagnostics
    assert (Path(syntax.location.file).name, syntax.location.line) == ("a.py", 3)
    assert syntax.detail.splitlines()[-1] == "SyntaxError: invalid syntax"
    assert drop.summary == "DROP is not supported in a pipeline's SQL in local runs"


def test_a_function_that_returns_no_dataframe_is_told(pipeline):
    failure = refusal(pipeline, "@dp.materialized_view\ndef forgot():\n    spark.range(1)\n")
    assert failure.diagnostics[0].summary == "forgot returns NoneType, not a DataFrame"


def test_a_second_run_says_who_holds_the_pipeline(pipeline):
    pipeline.source(GOOD)
    with pipeline_lock(pipeline.root / ".local" / "dev", "shop"), pytest.raises(Failure) as caught:
        pipeline.run()
    assert f"process {os.getpid()}, since" in caught.value.diagnostics[0].summary
    assert pipeline.store.all() == []
    assert pipeline.run().ok


@pytest.mark.slow
def test_a_run_that_waits_for_another_runs_what_the_files_then_hold(pipeline):
    pipeline.source("nonsense")
    held = ExitStack()
    held.enter_context(pipeline_lock(pipeline.root / ".local" / "dev", "shop"))
    told = []

    def waiting(why: str) -> None:
        told.append(why)
        pipeline.source(GOOD)
        held.close()

    assert run_pipeline(resolve(pipeline.root), "shop", pipeline.spark, waiting=waiting).ok
    assert [f"process {os.getpid()}, since" in why for why in told] == [True]


def test_a_dry_run_does_not_mind_another_run(pipeline):
    pipeline.source(GOOD)
    with pipeline_lock(pipeline.root / ".local" / "dev", "shop"):
        assert pipeline.run(dry_run=True).ok
    assert pipeline.store.all() == []


@pytest.mark.slow
def test_a_table_of_another_pipeline_is_left_alone_unless_that_is_gone(pipeline):
    pipeline.source(GOOD)
    pipeline.land("1.json", [{"id": 1}])
    assert pipeline.run().ok
    bundle = pipeline.root / "databricks.yml"
    mall = bundle.read_text().replace("    shop:", "    mall:")
    shop = "    shop: {name: s, catalog: c, schema: s, libraries: []}\n"
    bundle.write_text(mall.replace("  pipelines:\n", f"  pipelines:\n{shop}"))
    result = run_pipeline(resolve(pipeline.root), "mall", pipeline.spark)
    told = [dataset.problem.summary for dataset in result.datasets if dataset.problem]
    assert told == ["pipeline shop makes sales.shop.raw too"]
    bundle.write_text(mall)
    assert run_pipeline(resolve(pipeline.root), "mall", pipeline.spark).ok
    assert pipeline.rows("raw") == [{"id": 1}]
    assert {entry.pipeline for entry in pipeline.store.all()} == {"mall"}


def test_a_full_disk_is_told_and_the_last_good_table_stays(tmp_path, spark):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    if not which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk needs the right to mount one")
    try:
        pipeline = Pipeline(disk, spark)
        pipeline.source("@dp.materialized_view\ndef big():\n    return spark.range(10)\n")
        assert pipeline.run().ok
        pipeline.source("@dp.materialized_view\ndef big():\n    return spark.range(300000).select(F.uuid().alias('id'))\n")
        told = []
        # Spark still holds the room of the files that it could not finish: the run's own result is then one more victim.
        with suppress(Failure):
            run_pipeline(resolve(disk), "shop", spark, report=told.append)
        assert [result.problem.summary for result in told] == ["the disk is full: big was not written"]
        assert len(pipeline.rows("big")) == 10
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        pipeline.source("@dp.materialized_view\ndef big():\n    return spark.range(11)\n")
        assert pipeline.run().ok
        assert len(pipeline.rows("big")) == 11
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
