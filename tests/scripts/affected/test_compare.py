"""What a change reaches, case by case: settings, code, tables and references, each with its reason."""

import json
from itertools import count
from pathlib import Path

import pytest
import yaml

from local_runner.bundle import resolve
from scripts.affected.compare import compare
from scripts.affected.version import Version
from scripts.lineage import lineage

pytestmark = pytest.mark.slow

IMPORT = "from pyspark import pipelines as dp\n\n\n"
MAKES = "src/finance/stripe/transformations/final.py"
READS = "src/crm/hubspot/transformations/base.py"
SUMMARY = IMPORT + "@dp.table\ndef final_payment_summary():\n    return spark.range(1)\n"
OTHER = "\n\n@dp.table\ndef final_other():\n    return spark.range(1)\n"
READER = IMPORT + "@dp.table\ndef base():\n    return spark.read.table({})\n"


def pipeline(domain, source, **settings):
    return {
        "name": "x",
        "catalog": domain,
        "schema": source,
        "libraries": [{"glob": {"include": f"../../../src/{domain}/{source}/transformations/**"}}],
        **settings,
    }


def resources(kind, **items):
    return yaml.safe_dump({"resources": {kind: items}})


BUNDLE = {
    "databricks.yml": yaml.safe_dump(
        {"bundle": {"name": "b"}, "include": ["resources/*/*/*.yml"], "targets": {"dev": {"default": True}}}
    ),
    "resources/finance/stripe/a.yml": resources("pipelines", makes=pipeline("finance", "stripe")),
    "resources/crm/hubspot/a.yml": resources("pipelines", reads=pipeline("crm", "hubspot")),
    MAKES: SUMMARY + OTHER,
    READS: READER.format('"finance.stripe.final_payment_summary"'),
}
CHANGED = SUMMARY.replace("range(1)", "range(2)") + OTHER


@pytest.fixture
def touched(tmp_path):
    """`touched(before, after)`: reasons by resource. Both differ from BUNDLE by files: name -> text, or None for no file."""

    numbers = count()

    def version(files):
        root = tmp_path / str(next(numbers))
        for file, text in {**BUNDLE, **files}.items():
            if text is not None:
                path = root / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        bundle = resolve(root, user="ann@example.com").raise_for_errors()
        return Version(bundle, lineage(bundle))

    def touched(before, after):
        found = compare(version(before), version(after))
        return {one.key: list(one.reasons) for one in found}

    return touched


def test_a_reader_in_another_domain(touched):
    assert touched({}, {MAKES: CHANGED}) == {
        "pipelines.makes": [f"final_payment_summary changed ({MAKES})"],
        "pipelines.reads": ["reads finance.stripe.final_payment_summary"],
    }


def test_a_table_beside_the_one_that_is_read(touched):
    changed = SUMMARY + OTHER.replace("range(1)", "range(2)")
    assert touched({}, {MAKES: changed}) == {"pipelines.makes": [f"final_other changed ({MAKES})"]}


@pytest.mark.parametrize(
    "name",
    [
        '"finance.stripe.final_payment_summary"',
        '"`finance`.`stripe`.FINAL_payment_summary"',
        'f"{CATALOG}.stripe.final_payment_summary"\n\n\nCATALOG = "finance"',
        'spark.conf.get("summary")',
        'spark.conf.get("catalog", "finance") + ".stripe.final_payment_summary"',
        "dp.__name__",
    ],
)
def test_each_way_to_name_a_table(touched, name):
    settings = {"configuration": {"summary": "finance.stripe.final_payment_summary"}}
    both = {
        READS: READER.format(name),
        "resources/crm/hubspot/a.yml": resources("pipelines", reads=pipeline("crm", "hubspot", **settings)),
    }
    assert "pipelines.reads" in touched(both, {**both, MAKES: CHANGED})


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM finance.stripe.final_payment_summary",
        "WITH s AS (SELECT 1) SELECT * FROM s JOIN finance.stripe.final_payment_summary",
        "SELECT * FROM STREAM(finance.stripe.final_payment_summary)",
        "SELECT * FROM ${summary}",
    ],
)
def test_sql_reads(touched, query):
    settings = {"configuration": {"summary": "finance.stripe.final_payment_summary"}}
    both = {
        READS: None,
        READS.replace(".py", ".sql"): f"CREATE OR REFRESH STREAMING TABLE base AS {query};\n",
        "resources/crm/hubspot/a.yml": resources("pipelines", reads=pipeline("crm", "hubspot", **settings)),
    }
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]
    assert "pipelines.reads" not in touched(both, {**both, MAKES: SUMMARY + OTHER + "\n# The end.\n"})


def test_one_statement_of_a_sql_file(touched):
    statement = "CREATE MATERIALIZED VIEW {} AS SELECT {};\n"
    file = MAKES.replace(".py", ".sql")
    both = {MAKES: None, file: statement.format("final_payment_summary", 1) + statement.format("final_other", 1)}
    summary = both[file].replace("SELECT 1", "SELECT 2", 1)
    other = statement.format("final_payment_summary", 1) + statement.format("final_other", 2)
    assert touched(both, {**both, file: summary}).keys() == {"pipelines.makes", "pipelines.reads"}
    assert touched(both, {**both, file: other}) == {"pipelines.makes": [f"{file} changed"]}


def test_a_table_that_comes_or_goes(touched):
    without = {MAKES: IMPORT.rstrip() + OTHER}
    assert touched({}, without) == {
        "pipelines.makes": ["finance.stripe.final_payment_summary is no longer made"],
        "pipelines.reads": ["reads finance.stripe.final_payment_summary"],
    }
    assert touched(without, {})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]


def test_names_made_in_a_loop(touched):
    """No name can be told, so whoever reads an unknown table of that schema may read one of these."""
    loop = "for name in NAMES:\n\n    @dp.table(name=name)\n    def made():\n        return spark.range(1)\n"
    both = {MAKES: IMPORT + 'NAMES = ["final_payment_summary"]\n' + loop}
    assert touched(both, {MAKES: both[MAKES].replace("range(1)", "range(2)")}).keys() == {
        "pipelines.makes",
        "pipelines.reads",
    }


def test_datasets_that_an_imported_file_defines(touched):
    both = {MAKES: "import finance.stripe.more\n", "src/finance/stripe/more.py": SUMMARY}
    after = {**both, "src/finance/stripe/more.py": SUMMARY.replace("range(1)", "range(2)")}
    assert touched(both, after).keys() == {"pipelines.makes", "pipelines.reads"}


def test_a_read_that_only_running_tells_may_be_of_any_table(touched):
    both = {READS: READER.format("choose()")}
    assert touched(both, {**both, MAKES: CHANGED}).keys() == {"pipelines.makes", "pipelines.reads"}
    assert touched(both, {**both, MAKES: CHANGED.replace("range(2)", "range(1)  # one")}) == {}


def test_a_table_read_by_a_shared_helper(touched):
    both = {
        READS: "from common.rates import rates\n"
        + READER.format('"raw"').replace("return spark", "rates()\n    return spark"),
        "src/common/rates.py": 'def rates():\n    return spark.read.table("finance.stripe.final_payment_summary")\n',
    }
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]


def test_changes_of_data_capture(touched):
    flow = 'dp.create_auto_cdc_flow("base", "finance.stripe.final_payment_summary", keys=["id"], sequence_by="at")\n'
    both = {READS: IMPORT + 'dp.create_streaming_table("base")\n' + flow}
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]


def test_a_flow_into_a_sink(touched):
    flow = '@dp.append_flow(target="out")\ndef f():\n    return spark.table("finance.stripe.final_payment_summary")\n'
    both = {READS: IMPORT + 'dp.create_sink("out", "kafka", {})\n\n\n' + flow}
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]
    assert touched(both, {READS: both[READS].replace("kafka", "delta")}).keys() == {"pipelines.reads"}


def test_sql_whose_names_depend_on_use(touched):
    both = {MAKES: None, MAKES.replace(".py", ".sql"): "USE SCHEMA other;\nCREATE MATERIALIZED VIEW final_x AS SELECT 1;\n"}
    after = {file: text and text.replace("SELECT 1", "SELECT 2") for file, text in both.items()}
    assert touched(both, after).keys() == {"pipelines.makes", "pipelines.reads"}


def job(**task):
    task.setdefault("existing_cluster_id", "1")
    return {"name": "j", "tasks": [{"task_key": "t", **task}]}


JOB = "resources/crm/hubspot/job.yml"
NOTEBOOK = "# Databricks notebook source\n"


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


def test_only_the_field_that_is_referred_to_counts(touched):
    def bundle(name="s", comment="c"):
        uses = pipeline("crm", "hubspot", schema="${resources.schemas.s.name}")
        return {
            "resources/crm/hubspot/a.yml": resources("pipelines", reads=uses),
            "resources/crm/hubspot/s.yml": resources("schemas", s={"name": name, "catalog_name": "crm", "comment": comment}),
        }

    assert touched(bundle(), bundle(comment="d")) == {"schemas.s": ["comment changed"]}
    assert touched(bundle(), bundle(name="t")).keys() == {"schemas.s", "pipelines.reads"}


def test_settings_are_named(touched):
    def bundle(**settings):
        return {"resources/crm/hubspot/a.yml": resources("pipelines", reads=pipeline("crm", "hubspot", **settings))}

    assert touched(bundle(), bundle(serverless=True, tags={"a": "1"})) == {"pipelines.reads": ["serverless, tags changed"]}
    before, after = {"a": "1", "b": "1", "c": "1", "d": "1"}, {"a": "2", "b": "2", "c": "2", "d": "2"}
    assert touched(bundle(configuration=before), bundle(configuration=after)) == {
        "pipelines.reads": ["configuration.a, configuration.b, configuration.c and 1 more changed"]
    }


def test_new_and_gone(touched):
    gone = {"resources/crm/hubspot/a.yml": None, READS: None}
    assert touched({}, gone) == {"pipelines.reads": ["gone from the code"]}
    assert touched(gone, {}) == {"pipelines.reads": ["new"]}


def test_the_domain_is_that_of_the_folder(tmp_path):
    for file, text in BUNDLE.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    extra = {"resources": {"jobs": {"shared": {"name": "j"}}}}
    with Path(tmp_path, "databricks.yml").open("a") as file:
        yaml.safe_dump(extra, file)
    bundle = resolve(tmp_path, user="ann@example.com").raise_for_errors()
    version = Version(bundle, lineage(bundle))
    assert {key: version.pair_of(key) for key in version.resources} == {
        "jobs.shared": ("", ""),
        "pipelines.makes": ("finance", "stripe"),
        "pipelines.reads": ("crm", "hubspot"),
    }


@pytest.mark.parametrize(
    ("pattern", "is_touched"), [("src/finance/**", True), ("*.py", True), ("tools/**", False), ("*.ipynb", False)]
)
def test_what_is_no_longer_uploaded(touched, pattern, is_touched):
    after = BUNDLE["databricks.yml"] + yaml.safe_dump({"sync": {"exclude": [pattern]}})
    assert ("pipelines.makes" in touched({}, {"databricks.yml": after})) == is_touched


READS_SQL = "SELECT *\nFROM finance.stripe.final_payment_summary"


def jupyter(cell, **metadata):
    metadata = {"language_info": {"name": "python"}, **metadata}
    return json.dumps({"cells": [{"cell_type": "code", **cell}], "metadata": metadata, "nbformat": 4}, indent=1)


AS_NOTEBOOK = {
    "source.py": "# Databricks notebook source\n# MAGIC %sql\n# MAGIC {}\n".format(READS_SQL.replace("\n", "\n# MAGIC ")),
    "source.ipynb": jupyter({"source": f"%sql\n{READS_SQL}"}),
}


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


def test_a_definition_in_sql_that_cannot_be_parsed_reads_what_it_names(touched):
    file = READS.replace(".py", ".sql")
    query = "SELECT WHAT NO PARSER KNOWS FROM finance.stripe.final_payment_summary"
    both = {READS: None, file: f"CREATE MATERIALIZED VIEW base AS {query};\n"}
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]
    assert "pipelines.reads" not in touched(both, {**both, MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")})


def test_a_cell_of_python_in_a_notebook_of_sql(touched):
    task = {"notebook_task": {"notebook_path": "../../../src/a.sql"}}
    text = "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC Words\nSELECT 1;\n-- MAGIC %python\n-- MAGIC f(1)\n"
    both = {JOB: resources("jobs", j=job(**task)), "src/a.sql": text}
    assert touched(both, {**both, "src/a.sql": text.replace("f(1)", "f(2)")}) == {"jobs.j": ["src/a.sql changed"]}
    assert touched(both, {**both, "src/a.sql": text.replace("Words", "More words")}) == {}


def test_names_of_one_file_are_told_together(touched):
    code = "".join(f"def f{number}():\n    return 1\n\n\n" for number in range(5))
    calls = "+".join(f"f{number}()" for number in range(5))
    makes = SUMMARY.replace("range(1)", f"range({calls})").replace("\n\n\n", f"\n\n\n{code}", 1)
    [reason] = touched({MAKES: makes}, {MAKES: makes.replace("return 1", "return 2")})["pipelines.makes"]
    assert reason == f"f0, f1, f2 and 2 more changed ({MAKES})"


def test_what_a_pipeline_installs_reaches_those_that_read_its_tables(touched):
    settings = pipeline("finance", "stripe", environment={"dependencies": ["--editable ${workspace.file_path}"]})
    project = '[project]\nname = "b"\nversion = "1"\ndependencies = []\n'
    both = {"resources/finance/stripe/a.yml": resources("pipelines", makes=settings), "pyproject.toml": project}
    assert touched(both, {**both, "pyproject.toml": project.replace("[]", '["numpy"]')}) == {
        "pipelines.makes": ["pyproject.toml changed"],
        "pipelines.reads": ["reads finance.stripe.final_payment_summary"],
    }
    assert touched(both, {**both, "pyproject.toml": project + "# The end.\n"}) == {}
