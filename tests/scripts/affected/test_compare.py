"""What a change reaches, case by case: settings, code, tables and references, each with its reason."""

from pathlib import Path

import pytest
import yaml

from local_runner.bundle import resolve
from scripts.affected.version import Version
from scripts.lineage import lineage
from tests.scripts.affected.small_bundle import (
    BESIDE,
    BUNDLE,
    CHANGED,
    IMPORT,
    MAKES,
    OTHER,
    READER,
    READS,
    SUMMARY,
    SUMMARY_NAME,
    pipeline,
    resources,
)

pytestmark = pytest.mark.slow

SQL = "CREATE MATERIALIZED VIEW final_payment_summary AS SELECT 1 AS id;\n"


def test_a_reader_in_another_domain(touched):
    assert touched({}, {MAKES: CHANGED}) == {
        "pipelines.makes": [f"final_payment_summary changed ({MAKES})"],
        "pipelines.reads": ["reads finance.stripe.final_payment_summary"],
    }


def test_a_table_beside_the_one_that_is_read(touched):
    changed = SUMMARY + OTHER.replace("range(1)", "range(2)")
    assert touched({}, {MAKES: changed}) == {"pipelines.makes": [f"final_other changed ({MAKES})"]}


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        (MAKES, SUMMARY + OTHER, SUMMARY.replace("def f", "def (f") + OTHER),
        ("src/finance/stripe/transformations/a.sql", SQL, SQL.replace("VIEW final", "VIEW 'final")),
        ("src/finance/stripe/transformations/a.sql", SQL, SQL.replace("MATERIALIZED", "MATERIALISED")),
    ],
)
def test_a_file_that_does_not_parse(touched, file, before, after):
    both = {MAKES: None}
    reasons = touched({**both, file: before}, {**both, file: after})
    assert f"{file} does not parse" in reasons["pipelines.makes"]
    assert [reason for reason in reasons["pipelines.makes"] if "is new" in reason or "no longer" in reason] == []
    assert reasons["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]
    # Mended, it is only a change.
    mended = touched({**both, file: after}, {**both, file: before})
    assert not any("does not parse" in reason for found in mended.values() for reason in found)


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


@pytest.mark.parametrize("name", ["SUMMARY", "SUMMARY as NAME", "base"])
def test_a_name_that_is_imported(touched, name):
    """`base` is also what the dataset is called, so that it is not known which of the two is meant."""
    text = f"from common.tables import {name}\n" + READER.format(name.rpartition(" ")[2])
    tables = 'SUMMARY: str = "finance.stripe.final_payment_summary"\nbase = SUMMARY\n'
    both = {READS: text, "src/common/tables.py": tables, MAKES: SUMMARY + OTHER}
    assert "reads finance.stripe.final_payment_summary" in touched(both, {**both, MAKES: CHANGED})["pipelines.reads"]
    beside = touched(both, {**both, MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")})
    assert ("pipelines.reads" in beside) == (name == "base")
    moved = {**both, "src/common/tables.py": tables.replace("final_payment_summary", "final_other")}
    assert touched(both, moved)["pipelines.reads"][0] == "SUMMARY changed (src/common/tables.py)"


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


def test_a_definition_in_sql_that_cannot_be_parsed_reads_what_it_names(touched):
    file = READS.replace(".py", ".sql")
    query = "SELECT WHAT NO PARSER KNOWS FROM finance.stripe.final_payment_summary"
    both = {READS: None, file: f"CREATE MATERIALIZED VIEW base AS {query};\n"}
    assert touched(both, {**both, MAKES: CHANGED})["pipelines.reads"] == ["reads finance.stripe.final_payment_summary"]
    assert "pipelines.reads" not in touched(both, {**both, MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")})


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


def test_a_definition_in_sql_whose_source_only_a_run_would_tell(touched):
    both = {READS: None, READS.replace(".py", ".sql"): "CREATE MATERIALIZED VIEW base AS SELECT * FROM IDENTIFIER(:t);\n"}
    assert touched(both, {**both, **BESIDE}).keys() == {"pipelines.makes", "pipelines.reads"}


def test_a_file_of_requirements(touched):
    settings = pipeline("finance", "stripe", environment={"dependencies": ["-r ${workspace.file_path}/requirements.txt"]})
    both = {"resources/finance/stripe/a.yml": resources("pipelines", makes=settings), "requirements.txt": "numpy==1\n"}
    assert touched(both, {**both, "requirements.txt": "numpy==2\n"}) == {
        "pipelines.makes": ["requirements.txt changed"],
        "pipelines.reads": [f"reads {SUMMARY_NAME}"],
    }
    assert touched(both, {**both, "requirements.txt": "# Numbers\n\nnumpy==1 # one\n"}) == {}
