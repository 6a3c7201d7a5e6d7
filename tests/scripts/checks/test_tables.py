"""Tables written twice, and source files that are not valid."""

import pytest

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
ONE_PIPELINE = """\
resources:
  pipelines:
    all: {name: all, catalog: c, schema: s, libraries: [{glob: {include: ../src/**}}]}
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
Error: src/a.sql:7: no SQL statement starts with 'CRATE'
  Did you mean CREATE?
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
Warning: src/a.sql:6: the setting unknown is read, and the pipeline all has none of that name
  Add unknown to its `configuration`.
Checked dev: 5 errors, 1 warning
"""
    )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE MATERIALIZED VIEW a AS\nSELEC 1 AS id", "2: this SQL cannot be parsed"),
        ("CREATE MATERIALIZED VIEW a AS\nSELEC id", "2: this is no query: SELEC id"),
        (
            "CREATE MATERIALIZED VIEW a (CONSTRAINT c EXPECT (id > 0)\nON VIOLATION DROP) AS SELECT 1 AS id",
            "2: DROP ROW or FAIL UPDATE is expected here, not 'DROP'",
        ),
        ("\nCREATE MATERIALISED VIEW a AS SELECT 1 AS id", "2: 'MATERIALISED' is not expected after CREATE"),
        ("hello world", "1: no SQL statement starts with 'hello'"),
        ("CREATE MATERIALIZED VIEW a COMENT 'x' AS SELECT 1 AS id", "1: no clause starts with 'COMENT'"),
        ("CREATE MATERIALIZED VIEW a SELECT 1 AS id", "1: AS is expected here, not 'SELECT'"),
        ("CREATE FLOW f AS INSERT INTO a SELECT 1 AS id", "1: BY NAME is expected here, not 'SELECT'"),
        ("USE SCHEMA s;\nCREATE MATERIALIZED VIEW a AS SELECT (1", "2: this SQL cannot be parsed"),
    ],
)
def test_what_the_local_runner_refuses_as_no_sql(check, statement, said):
    code, output = check({"resources/x.yml": ONE_PIPELINE, "src/a.sql": statement})
    assert (code, output.splitlines()[0]) == (1, f"Error: src/a.sql:{said}")
    assert output.endswith("Checked dev: 1 error, no warnings\n")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SINK s WITH (FORMAT = 'kafka')",
        "CREATE TEMPORARY FUNCTION f() RETURNS INT RETURN 1",
        "CREATE VIEW v AS SELECT 1 AS id",
        "CREATE MATERIALIZED VIEW a WITH ROW FILTER f ON (id) AS SELECT 1 AS id",
        "CREATE MATERIALIZED VIEW a SCHEDULE EVERY 1 HOUR AS SELECT 1 AS id",
        "CREATE MATERIALIZED VIEW a (id INT MASK f) AS SELECT 1 AS id",
        "CREATE MATERIALIZED VIEW a AS TABLE elsewhere.shop.b",
        "CREATE MATERIALIZED VIEW a AS SELECT map('x')",
        "CREATE MATERIALIZED VIEW a AS SELECT * FROM elsewhere.shop.b WHERE day = :day",
        "CREATE FLOW f AS INSERT INTO a REPLACE WHERE id > 1 BY NAME SELECT 1 AS id",
        "CREATE FLOW f AS AUTO CDC ONCE INTO a FROM elsewhere.shop.b KEYS (id) SEQUENCE BY n",
        "CREATE INCREMENTAL LIVE TABLE a AS SELECT 1 AS id",
        "CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_kafka(bootstrapServers => 'x', subscribe => 'y')",
        "CREATE STREAMING TABLE a AS SELECT * FROM STREAM read_files(concat('/a', '/b'))",
        "CREATE MATERIALIZED VIEW IDENTIFIER('a') AS SELECT 1 AS id",
        "SELECT 1",
        "SET TIME ZONE 'UTC'",
        "GRANT SELECT ON a TO b",
    ],
)
def test_what_only_local_runs_do_not_do_is_no_error(check, statement):
    output = check({"resources/x.yml": ONE_PIPELINE, "src/a.sql": statement})
    assert output == (0, "Checked dev: no errors, no warnings\n")


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
