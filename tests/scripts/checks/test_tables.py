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
    return spark.readStream.table("landed")
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
