"""Settings that code reads and the pipeline does not have."""

BUNDLE = """\
resources:
  pipelines:
    all:
      name: all
      catalog: c
      schema: s
      configuration: {landing.orders_path: /Volumes/c/s/landing/orders, day: monday}
      libraries: [{glob: {include: ../src/**}}]
"""
PYTHON = """\
from pyspark import pipelines as dp

KEY = "computed.key"


@dp.table(spark_conf={"own.rows": "1"})
def a():
    spark.conf.set("own.columns", "2")
    spark.conf.get("own.rows"), spark.conf.get("own.columns"), spark.conf.get(KEY), spark.conf.get("x", "default")
    spark.conf.get("spark.sql.ansi.enabled"), spark.conf.get("day"), {}.get("y"), other.conf.get("z")
    files = spark.readStream.format("cloudFiles").option("cloudFiles.format", "json")
    return files.load(spark.conf.get("landing.order_path")).withColumn("b", spark.conf.get("unlike"))
"""


def test_in_python(check):
    assert check({"resources/x.yml": BUNDLE, "src/a.py": PYTHON}) == (
        0,
        """\
Warning: src/a.py:12: the setting landing.order_path is read, and the pipeline all has none of that name
  Did you mean landing.orders_path?
Warning: src/a.py:12: the setting unlike is read, and the pipeline all has none of that name
  Add unlike to its `configuration`.
Checked dev: no errors, 2 warnings
""",
    )


def test_in_sql(check):
    files = {
        "resources/x.yml": BUNDLE,
        "src/a.sql": """\
            SET own = 1;
            -- ${comment}
            CREATE MATERIALIZED VIEW a AS SELECT ${own} AS one, '${day}' AS day
            WHERE 'x' = '${dya}';
            """,
        "src/b.py": "# Databricks notebook source\n# MAGIC %sql\n# MAGIC CREATE MATERIALIZED VIEW b AS SELECT ${dy} AS c\n",
    }
    assert check(files) == (
        0,
        """\
Warning: src/a.sql:4: the setting dya is read, and the pipeline all has none of that name
  Did you mean day?
Warning: src/b.py:3: the setting dy is read, and the pipeline all has none of that name
  Did you mean day?
Checked dev: no errors, 2 warnings
""",
    )
