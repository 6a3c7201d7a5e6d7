"""What a change reaches through the code that jobs run, and through notebooks."""

import json

import pytest

from tests.scripts.affected.small_bundle import (
    BESIDE,
    CHANGED,
    JOB,
    MAKES,
    NOTEBOOK,
    OTHER,
    SUMMARY,
    SUMMARY_NAME,
    job,
    pipeline,
    resources,
)

pytestmark = pytest.mark.slow


READS_SQL = "SELECT *\nFROM finance.stripe.final_payment_summary"


def jupyter(cell, **metadata):
    metadata = {"language_info": {"name": "python"}, **metadata}
    return json.dumps({"cells": [{"cell_type": "code", **cell}], "metadata": metadata, "nbformat": 4}, indent=1)


AS_NOTEBOOK = {
    "source.py": "# Databricks notebook source\n# MAGIC %sql\n# MAGIC {}\n".format(READS_SQL.replace("\n", "\n# MAGIC ")),
    "source.ipynb": jupyter({"source": f"%sql\n{READS_SQL}"}),
}


@pytest.mark.parametrize(
    ("task", "file", "text"),
    [
        ({"notebook_task": {"notebook_path": "../../../src/run.py"}}, "src/run.py", NOTEBOOK + "{}\n"),
        ({"spark_python_task": {"python_file": "../../../src/run.py"}}, "src/run.py", "{}\n"),
    ],
)
def test_a_job_that_runs_a_file(touched, task, file, text):
    code = "from helpers import f\nf(spark.table('finance.stripe.final_payment_summary'))"
    both = {JOB: resources("jobs", j=job(**task)), file: text.format(code), "src/helpers.py": "def f(x): ...\n"}
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == ["reads finance.stripe.final_payment_summary"]
    assert touched(both, {**both, "src/helpers.py": "def f(y): ...\n"}) == {"jobs.j": ["f changed (src/helpers.py)"]}
    assert touched(both, {**both, file: both[file] + "# The end.\n"}) == {}


def test_a_job_that_runs_a_wheel_of_the_bundle(touched):
    task = {"python_wheel_task": {"package_name": "b", "entry_point": "main"}, "libraries": [{"whl": "../../../dist/*.whl"}]}

    both = {JOB: resources("jobs", j=job(**task)), "src/helpers.py": "def f(x): ...\n"}
    assert touched(both, {**both, "src/helpers.py": "def f(y): ...\n"}) == {"jobs.j": ["f changed (src/helpers.py)"]}


def test_a_job_of_another_domain_that_runs_a_pipeline(touched):
    task = {"pipeline_task": {"pipeline_id": "${resources.pipelines.makes.id}"}}
    both = {JOB: resources("jobs", j=job(**task))}
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == ["runs pipelines.makes"]


@pytest.mark.parametrize("name", AS_NOTEBOOK)
def test_sql_in_a_notebook_of_a_job(touched, name):
    task = {"notebook_task": {"notebook_path": f"../../../src/{name}"}}
    file, text = f"src/{name}", AS_NOTEBOOK[name]
    both = {JOB: resources("jobs", j=job(**task)), file: text}
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == ["reads finance.stripe.final_payment_summary"]
    assert "jobs.j" not in touched(both, {**both, MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")})
    assert touched(both, {**both, file: text.replace("SELECT *", "select  * -- all")}) == {}
    assert touched(both, {**both, file: text.replace("SELECT *", "SELECT 1")}) == {"jobs.j": [f"{file} changed"]}


def test_what_running_a_jupyter_notebook_leaves_in_it_says_nothing(touched):
    task = {"notebook_task": {"notebook_path": "../../../src/a.ipynb"}}
    cell = {"source": ["a = 1\n", "f(a)"], "outputs": [], "execution_count": None}
    both = {JOB: resources("jobs", j=job(**task)), "src/a.ipynb": jupyter(cell)}

    def with_cell(**changes):
        return {**both, "src/a.ipynb": jupyter({**cell, **changes}, x=1)}

    assert touched(both, with_cell(outputs=[{"text": "1"}], execution_count=3, metadata={"y": 2})) == {}
    assert touched(both, with_cell(source=["a = 1  # one\n", "f( a )"])) == {}
    assert touched(both, with_cell(source=["a = 2\n", "f(a)"])).keys() == {"jobs.j"}


@pytest.mark.parametrize("name", ["notebook.py", "notebook.ipynb"])
def test_a_table_that_a_notebook_of_a_pipeline_defines_in_sql(touched, name):
    define = "CREATE MATERIALIZED VIEW final_payment_summary AS SELECT 1"
    texts = {
        "notebook.py": f"# Databricks notebook source\n# MAGIC %sql\n# MAGIC {define}",
        "notebook.ipynb": jupyter({"source": f"%sql\n{define}"}),
    }
    settings = pipeline("finance", "stripe", libraries=[{"notebook": {"path": f"../../../src/finance/stripe/{name}"}}])
    file = f"src/finance/stripe/{name}"
    both = {MAKES: None, "resources/finance/stripe/a.yml": resources("pipelines", makes=settings), file: texts[name]}
    assert touched(both, {**both, file: texts[name].replace("SELECT 1", "SELECT 2")}) == {
        "pipelines.makes": [f"{file} changed"],
        "pipelines.reads": ["reads finance.stripe.final_payment_summary"],
    }


@pytest.mark.parametrize(
    "query",
    [
        "MERGE INTO t USING finance.stripe.final_payment_summary AS s ON t.a = s.a WHEN MATCHED THEN DELETE",
        "INSERT INTO t SELECT a FROM `finance`.stripe.`final_payment_summary`",
        "SELECT WHAT NO PARSER KNOWS FROM finance.stripe.final_payment_summary",
    ],
)
def test_sql_that_is_no_query_or_cannot_be_parsed_reads_what_it_names(touched, query):
    task = {"spark_python_task": {"python_file": "../../../src/run.py"}}
    both = {JOB: resources("jobs", j=job(**task)), "src/run.py": f"spark.sql({query!r})\n"}
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == ["reads finance.stripe.final_payment_summary"]
    assert "jobs.j" not in touched(both, {**both, MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")})


def test_a_cell_of_python_in_a_notebook_of_sql(touched):
    task = {"notebook_task": {"notebook_path": "../../../src/a.sql"}}
    text = "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC Words\nSELECT 1;\n-- MAGIC %python\n-- MAGIC f(1)\n"
    both = {JOB: resources("jobs", j=job(**task)), "src/a.sql": text}
    assert touched(both, {**both, "src/a.sql": text.replace("f(1)", "f(2)")}) == {"jobs.j": ["src/a.sql changed"]}
    assert touched(both, {**both, "src/a.sql": text.replace("Words", "More words")}) == {}


@pytest.mark.parametrize(
    "code",
    [
        f"DeltaTable.forName(spark, '{SUMMARY_NAME}')",
        f"get_session().table('{SUMMARY_NAME}')",
        "self.session.sql('SELECT * FROM finance.stripe.final_payment_summary')",
    ],
)
def test_reads_through_other_objects(touched, code):
    both = {JOB: resources("jobs", j=job(spark_python_task={"python_file": "../../../src/run.py"})), "src/run.py": code}
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == [f"reads {SUMMARY_NAME}"]
    assert "jobs.j" not in touched(both, {**both, **BESIDE})


@pytest.mark.parametrize(
    ("query", "is_known"),
    [
        ("SELECT * FROM finance.stripe.final_payment_summary", True),
        ("SELECT * FROM IDENTIFIER(:t)", False),
        ("SELECT * FROM {{c}}.stripe.x", False),
    ],
)
def test_a_query_that_a_job_runs(touched, query, is_known):
    """A table whose name only a run would tell may be any."""
    task = {"sql_task": {"warehouse_id": "1", "file": {"path": "../../../src/a.sql"}}}
    in_code = {JOB: resources("jobs", j=job(spark_python_task={"python_file": "../../../src/a.py"}))}
    for both in (
        {JOB: resources("jobs", j=job(**task)), "src/a.sql": query},
        {**in_code, "src/a.py": f"spark.sql('{query}')"},
    ):
        assert "jobs.j" in touched(both, {**both, MAKES: CHANGED})
        assert ("jobs.j" in touched(both, {**both, **BESIDE})) != is_known


def test_a_notebook_that_another_runs_by_its_path(touched):
    task = {"notebook_task": {"notebook_path": "../../../src/run.py"}}
    both = {
        JOB: resources("jobs", j=job(**task)),
        "src/run.py": NOTEBOOK + "def f():\n    dbutils.notebook.run('./lib/other', 60)\n\n\nf()\n",
        "src/lib/other.py": NOTEBOOK + f"spark.table('{SUMMARY_NAME}').show()\n",
    }
    assert touched(both, {**both, MAKES: CHANGED})["jobs.j"] == [f"reads {SUMMARY_NAME}"]
    other = both["src/lib/other.py"].replace("show()", "show(1)")
    assert touched(both, {**both, "src/lib/other.py": other}) == {"jobs.j": ["src/lib/other.py changed"]}
