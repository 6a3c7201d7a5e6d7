"""`run`: what is wrong with the source files is told before Spark starts."""

import sys

import pytest

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
