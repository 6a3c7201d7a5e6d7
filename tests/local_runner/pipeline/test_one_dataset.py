"""The fixture `dataset`: one definition over given inputs, and what a person reads where that does not work."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.one_dataset import run_dataset
from tests.conftest import in_words

PYTHON = """
    from pyspark import pipelines as dp
    from pyspark.sql import functions as F

    @dp.temporary_view
    def cleaned():
        return spark.read.table("raw").where("id is not null")

    @dp.materialized_view
    @dp.expect_or_fail("positive", "id > 0")
    def base():
        shift = int(spark.conf.get("shift"))
        return (
            spark.read.table("cleaned")
            .withColumn("id", F.col("id") + shift)
        )
"""
SQL = "CREATE OR REFRESH MATERIALIZED VIEW doubled AS SELECT 2 * id AS id FROM base;\n"
# Where a file lands is a setting that only its own dataset needs.
LANDED = "CREATE OR REFRESH STREAMING TABLE raw AS SELECT * FROM STREAM read_files('${landing}', header => true);\n"
SHIFT = {"shift": "1"}


@pytest.fixture
def run(tmp_path, spark):
    """`run(name, ids…)`: the ids that the dataset gives, where each input has these."""
    files = {"a.py": dedent(PYTHON), "b.sql": SQL, "c.sql": LANDED}
    for name, text in files.items():
        (tmp_path / name).write_text(text)

    def run(name, configuration=SHIFT, **ids):
        inputs = {table: spark.createDataFrame([(id,) for id in given], "id int") for table, given in ids.items()}
        rows = run_dataset(spark, [tmp_path / file for file in files], name, inputs, configuration, tmp_path)
        return sorted(row.id for row in rows.collect())

    return run


def told(run, *arguments, **inputs):
    with pytest.raises(Failure) as caught:
        run(*arguments, **inputs)
    (problem,) = caught.value.diagnostics
    return problem


def test_a_dataset_of_a_python_file_or_a_sql_file(run, spark):
    assert run("base", raw=[1, None, 5]) == [2, 6]
    assert run("base", cleaned=[1]) == [2]
    assert run("doubled", base=[1, 5]) == [2, 10]
    assert spark.conf.get("shift", None) is None


def test_a_sql_file_says_which_setting_its_own_dataset_needs(run):
    problem = told(run, "raw")
    assert (Path(problem.location.file).name, problem.location.line) == ("c.sql", 1)
    assert problem.summary == "there is no value for ${landing}"


def test_inputs_are_those_that_the_query_reads(run):
    problem = told(run, "base", raw=[1], orders=[2], cleaned=[3])
    assert (problem.summary, problem.remedy) == ("base does not read raw, orders", "Leave it out. It reads: cleaned")
    problem = told(run, "doubled", bas=[1])
    assert problem.summary == "doubled reads base, which is not given"
    assert problem.remedy == "Add base=…; given: bas"


def test_an_input_that_is_no_dataframe_is_the_tests_mistake(spark, tmp_path):
    with pytest.raises(Failure) as caught:
        run_dataset(spark, [], "base", {"raw": [1]}, {}, tmp_path)
    (problem,) = caught.value.diagnostics
    assert (problem.summary, problem.location) == ("raw is a list, not a DataFrame", None)
    assert problem.remedy == "raw=spark.createDataFrame(…)"


def test_what_does_not_work_is_told_with_its_line(run):
    problem = told(run, "base", {}, raw=[1])
    assert problem.remedy == 'Give it: configuration={"shift": …}'
    assert problem.location.line == 12
    problem = told(run, "base", raw=[1, -7])
    assert problem.summary == 'base: expectation positive failed: the row {"id":-6}'


def test_a_layer_that_reads_files_gets_a_volume_of_the_fixtures_or_a_folder_of_the_test(run, tmp_path):
    for folder, id in (("fixtures/sales/shop/landing/orders", 7), ("of its own", 8)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "1.csv").write_text(f"id\n{id}\n")
    assert run("raw", {"landing": "/Volumes/sales/shop/landing/orders"}) == [7]
    assert run("raw", {"landing": str(tmp_path / "of its own")}) == [8]
    problem = told(run, "raw", {"landing": "/Volumes/dev_sales/shop/landing/orders"})
    assert problem.remedy.startswith("Did you mean /Volumes/sales/shop/landing, without a target's prefix?")


def test_a_misspelt_column_is_told_with_its_line_and_nothing_else_is_printed(tmp_path, spark, capfd):
    source = tmp_path / "a.py"
    source.write_text(dedent(PYTHON).replace('F.col("id")', 'F.col("idd")'))
    raw = spark.createDataFrame([(1,)], "id int")
    problem = told(run_dataset, spark, [source], "base", {"raw": raw}, SHIFT, tmp_path)
    assert (problem.location.file, problem.location.line) == (str(source), 15)
    line, words = problem.detail.splitlines()
    assert line == 'a.py:15: .withColumn("id", F.col("idd") + shift)'
    assert words.startswith("AnalysisException: [UNRESOLVED_COLUMN")
    assert capfd.readouterr() == ("", "")


def test_a_misspelt_name_gets_a_suggestion(run, dataset):
    assert told(run, "bse").remedy == "Did you mean base?"
    problem = told(dataset, "finance/strip", "base_payments")
    assert (problem.summary, problem.remedy) == ("there is no pair finance/strip", "Did you mean finance/stripe?")


def test_a_test_that_fails_so_shows_its_own_line_and_what_a_run_would_say(dataset):
    with pytest.raises(Failure) as caught:
        dataset("finance/stripe", "base_payments")
    assert re.fullmatch(
        r"tests/local_runner/pipeline/test_one_dataset\.py:\d+: dataset\(\"finance/stripe\", \"base_payments\"\)\n"
        r"Error: src/finance/stripe/transformations/base_payments\.py:\d+: base_payments reads raw_payments, .*\n"
        r"  Add raw_payments=…; given: none",
        in_words(caught, Path(__file__)),
    )
