"""Tables written twice, and source files that are not valid."""

TWO = """\
resources:
  pipelines:
    first:
      name: first
      catalog: shop
      schema: {first}
      libraries: [{{file: {{path: ../src/first.py}}}}]
    second:
      name: second
      catalog: shop
      schema: {second}
      libraries: [{{file: {{path: ../src/second.sql}}}}]
"""
FIRST = """\
from pyspark import pipelines as dp


@dp.table
def orders():
    return spark.readStream.table("elsewhere.shop.landed")
"""
SECOND = """\
CREATE OR REFRESH MATERIALIZED VIEW stock AS SELECT 1;

CREATE OR REFRESH MATERIALIZED VIEW Orders
AS SELECT * FROM stock
"""


def test_two_pipelines_that_write_one_table(check):
    files = {"resources/x.yml": TWO.format(first="sales", second="sales"), "src/first.py": FIRST, "src/second.sql": SECOND}
    assert check(files) == (
        1,
        """\
Error: src/second.sql:3: the table orders is written by the pipelines first and second
  also at src/first.py:5
  Let one pipeline write it, or give each pipeline a schema of its own.
Checked dev: 1 error, no warnings
""",
    )


def test_two_pipelines_with_schemas_of_their_own(check):
    files = {"resources/x.yml": TWO.format(first="a", second="b"), "src/first.py": FIRST, "src/second.sql": SECOND}
    assert check(files) == (0, "Checked dev: no errors, no warnings\n")


def test_one_pipeline_that_defines_a_table_twice(check):
    files = {
        "resources/x.yml": """\
            resources:
              pipelines:
                all: {name: all, catalog: c, schema: s, libraries: [{glob: {include: ../src/**}}]}
            """,
        "src/first.py": FIRST,
        "src/second.sql": SECOND,
    }
    assert check(files) == (
        1,
        """\
Error: src/second.sql:3: orders is defined twice in the pipeline all
  also at src/first.py:5
  Give each a name of its own.
Checked dev: 1 error, no warnings
""",
    )


def test_a_source_file_that_is_not_sql(check):
    files = {
        "resources/x.yml": """\
            resources:
              pipelines:
                all: {name: all, catalog: c, schema: s, libraries: [{glob: {include: ../src/**}}]}
            """,
        "src/a.sql": """\
            CREATE MATERIALIZED VIEW a AS SELECT 1 AS id;

            CREATE MATERIALIZED VIEW b AS
            SELECT id
            FRM a WHERE true;
            CREATE MATERIALIZED VIEW c AS SELECT ${unknown} FRM a b c;
            CRATE TABLE d AS SELECT 1;
            CREATE MATERIALIZED VIEW e AS SELECT * FROM a WHERE;
            """,
        "src/b.sql": "SELECT 1;\nCREATE MATERIALIZED VIEW f AS SELECT 'x;\n",
        "src/c.sql": "-- Nothing yet.\nSET x = 1; GRANT SELECT ON a TO b; USE SCHEMA s\n",
        "src/d.py": "# Databricks notebook source\n# MAGIC %sql\n# MAGIC CREATE MATERIALIZED VIEW g AS\n# MAGIC SELECT (1\n",
    }
    code, output = check(files)
    assert code == 1
    assert (
        output
        == """\
Error: src/a.sql:5: this SQL cannot be parsed
  a is not expected here
  FRM a WHERE true
      ^
  Mend the query
Error: src/a.sql:7: this SQL cannot be parsed
  d is not expected here
  CRATE TABLE d AS SELECT 1
              ^
  Mend the query
Error: src/a.sql:8: this SQL cannot be parsed
  Something is missing after WHERE
  SELECT * FROM a WHERE
                  ^^^^^
  Mend the query
Error: src/b.sql:2: a quote or a comment is not closed
  Close it
Error: src/d.py:4: this SQL cannot be parsed
  Expecting ) at 1
  SELECT (1
          ^
  Mend the query
Checked dev: 5 errors, no warnings
"""
    )


def test_a_source_file_that_is_not_python(check):
    files = {
        "resources/x.yml": """\
            resources:
              pipelines:
                all: {name: all, catalog: c, schema: s, libraries: [{glob: {include: ../src/**}}]}
            """,
        "src/a.py": "def orders(:\n    pass\n",
        "src/b.py": "x = 'a\0b'\n",
    }
    code, output = check(files)
    assert code == 1
    assert output.startswith("Error: src/a.py:1: not valid Python: invalid syntax\n  def orders(:\n  Correct it.\n")
    assert "src/b.py" in output.splitlines()[3]


READER = """\
from pyspark import pipelines as dp


@dp.table
def sold():
    return spark.readStream.table("ordres").join(spark.read.table("elsewhere.shop.kinds"), "kind")
"""
SALES = """\
resources:
  pipelines:
    all: {name: all, catalog: "${var.catalog}sales", schema: shop, libraries: [{glob: {include: ../src/**}}]}
"""
WITH_PREFIX = """\
bundle: {name: shop}
include: [resources/*.yml]
variables: {catalog: {default: dev_}}
targets:
  dev: {mode: development, default: true}
"""


def test_a_table_that_nobody_makes(check):
    files = {
        "databricks.yml": WITH_PREFIX,
        "resources/x.yml": SALES,
        "src/a.py": READER,
        "src/b.sql": "CREATE STREAMING TABLE orders AS SELECT * FROM STREAM read_files('/x')",
    }
    expected = """\
Warning: src/a.py:6: sales.shop.ordres is read, and no pipeline here makes it and no fixture gives it
  Did you mean orders? Where the workspace has it, add a fixture for local runs: fixtures/sales/shop/ordres.csv
"""
    assert check(files) == (0, f"{expected}Checked dev: no errors, 1 warning\n")
    files["fixtures/sales/shop/ordres.csv"] = ""
    assert check(files) == (0, "Checked dev: no errors, no warnings\n")


def test_a_pipeline_whose_tables_cannot_all_be_told_may_make_any(check):
    bundle = {"databricks.yml": WITH_PREFIX, "resources/x.yml": SALES, "src/a.py": READER}
    for name, text in {
        "src/loop.py": "import dlt\nfor n in open('names'):\n    dlt.create_streaming_table(name=n)\n",
        "src/use.sql": "use schema other;\nCREATE MATERIALIZED VIEW x AS SELECT 1;\n",
        "src/broken.sql": "CREATE MATERIALIZED VIEW x AS SELECT (;\n",
    }.items():
        assert "ordres" not in check({**bundle, name: text})[1]
        assert "ordres" in check({**bundle, name: ""})[1]
