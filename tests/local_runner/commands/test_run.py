"""`run`: what it refuses before Spark starts, and what it prints."""

import json
import re
import sys
from contextlib import ExitStack
from io import StringIO

import pytest

from local_runner.pipeline.lock import pipeline_lock

BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    shop: {name: shop, catalog: sales, schema: shop, libraries: [{glob: {include: src/**}}]}
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""


@pytest.mark.skipif(sys.version_info < (3, 11), reason="local Spark needs Python 3.11 or newer")
def test_refused_before_spark_starts(bundle):
    (bundle.root / "databricks.yml").write_text(BUNDLE)
    (bundle.root / "src").mkdir()
    (bundle.root / "src" / "a.sql").write_text("CREATE TABLE a AS SELECT 1;\n\nCREATE SINK s USING kafka;\n")
    (bundle.root / "src" / "b.py").write_text("from pyspark import pipelines as dp\ndp.table(row_filter='f')\n")
    (bundle.root / "src" / "c.py").write_text("# Databricks notebook source\n# MAGIC %sh ls\n")
    code, out, err = bundle("run", "shop")
    assert (code, out) == (1, "")
    assert [line for line in err.splitlines() if line.startswith("Error")] == [
        f"Error: {bundle.root}/src/a.sql:3: CREATE SINK is not supported in a pipeline's SQL in local runs",
        f"Error: {bundle.root}/src/b.py:2: table(row_filter=…) is not supported in local runs",
        f"Error: {bundle.root}/src/c.py:2: %sh cells are not supported in local runs",
    ]
    assert not (bundle.root / ".local").exists()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="local Spark needs Python 3.11 or newer")
def test_of_a_bundle_that_cannot_be_read_to_the_end_only_the_reason_is_told(bundle):
    (bundle.root / "databricks.yml").write_text(BUNDLE)
    code, out, err = bundle("run", "nope", "--target", "prod")
    assert (code, out) == (1, "")
    assert [line for line in err.splitlines() if "Error" in line] == [
        f"Error: {bundle.root}/databricks.yml:5: no target named prod"
    ]


MORE = """\
resources:
  pipelines:
    later: {name: later, catalog: sales, schema: later, libraries: [{glob: {include: src/**}}]}
  jobs:
    both:
      name: both
      tasks:
        - {task_key: a, pipeline_task: {pipeline_id: "${resources.pipelines.shop.id}"}}
        - {task_key: b, pipeline_task: {pipeline_id: "${resources.pipelines.later.id}"}, depends_on: [{task_key: a}]}
"""

SOURCE = """\
from pyspark import pipelines as dp

@dp.materialized_view
def numbers():
    return spark.sql("select 1 as n, named_struct('a', 'x') as s")

@dp.materialized_view
def doubled():
    return spark.sql("select 2 * n as n from numbers")

@dp.materialized_view
def tripled():
    return spark.sql("select 3 * m as n from numbers")
"""


@pytest.fixture
def shop(bundle, shared_spark):
    (bundle.root / "databricks.yml").write_text(BUNDLE)
    (bundle.root / "src").mkdir()
    (bundle.root / "src" / "a.py").write_text(SOURCE)
    return bundle


def test_a_dry_run_shows_what_each_dataset_reads_and_its_columns(shop):
    code, out, err = shop("run", "shop", "--dry-run")
    assert code == 1
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "shop (target dev), dry run: nothing is written",
        "✓ numbers materialized view",
        "n int",
        "s struct<a:string>",
        "✓ doubled materialized view reads numbers",
        "n int",
        "✗ tripled materialized view failed",
    ]
    assert err.startswith(f"Error: {shop.root}/src/a.py:13: the query of tripled does not work\n")


def test_a_dry_run_for_programs(shop):
    code, out, _ = shop("run", "shop", "--dry-run", "-o", "json")
    numbers, doubled, tripled = map(json.loads, out.splitlines())
    assert code == 1
    assert (numbers["pipeline"], numbers["table"], numbers["kind"]) == ("shop", "sales.shop.numbers", "materialized view")
    assert numbers["columns"] == {"n": "int", "s": "struct<a:string>"}
    assert (numbers["not_null"], numbers["location"]["line"]) == (["n", "s"], 3)
    assert doubled["reads"] == ["sales.shop.numbers"]
    assert (tripled["status"], tripled["columns"]) == ("failed", {})
    assert tripled["problem"]["summary"] == "the query of tripled does not work"
    assert not (shop.root / ".local/dev/runs").exists()


def test_several_keys_run_one_after_another_each_pipeline_once(shop):
    (shop.root / "databricks.yml").write_text(BUNDLE + "include: [more.yml]\n")
    (shop.root / "more.yml").write_text(MORE)
    (shop.root / "src" / "a.py").write_text(SOURCE.replace("3 * m", "3 * n"))
    code, out, _ = shop("run", "later", "both", "--dry-run")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if "(target dev)" in line] == ["later", "shop"]


def test_a_final_table_that_this_run_has_not_written_says_so(shop):
    source = shop.root / "src" / "a.py"
    source.write_text(SOURCE.replace("3 * m", "3 * n"))
    code, out, _ = shop("run", "shop")
    assert (code, [line for line in out.splitlines() if line.startswith("sales.")]) == (
        0,
        ["sales.shop.doubled", "sales.shop.tripled"],
    )
    source.write_text(SOURCE.replace("3 * m", "n / 0"))
    code, out, _ = shop("run", "shop")
    doubled, tripled = [line for line in out.splitlines() if line.startswith("sales.")]
    assert (code, doubled) == (1, "sales.shop.doubled")
    assert re.fullmatch(r"sales\.shop\.tripled \(as of [-0-9]+ [:0-9]+, not of this run\)", tripled)


def test_a_watched_round_waits_for_the_run_that_holds_the_pipeline(shop, monkeypatch):
    held = ExitStack()
    held.enter_context(pipeline_lock(shop.root / ".local/dev", "shop"))
    (shop.root / "src" / "a.py").write_text(SOURCE.replace("3 * m", "3 * n"))

    class Person(StringIO):
        """Ends the other run when told of it, then the watch."""

        def write(self, text: str) -> int:
            if "waiting for its end" in text:
                held.close()
            if "Waiting for a change" in text:
                raise KeyboardInterrupt
            return super().write(text)

    monkeypatch.setattr("sys.stdout", Person())
    assert shop("run", "shop", "--watch")[0] == 130
    assert "✓ tripled" in sys.stdout.getvalue()


def test_datasets_of_several_pipelines_are_not_named_at_once(shop):
    (shop.root / "databricks.yml").write_text(BUNDLE + "include: [more.yml]\n")
    (shop.root / "more.yml").write_text(MORE)
    for option in ("--refresh", "--full-refresh"):
        code, out, err = shop("run", "both", option, "numbers")
        assert (code, out) == (1, "")
        assert err.startswith("Error: --refresh and --full-refresh name datasets of one pipeline, and these are shop, later")
