"""What source files may import and name: helpers, UDFs, loops, configuration, tables in other schemas."""

import sys

import pytest

from local_runner.diagnostics import Failure

cloudpickle = pytest.importorskip("pyspark.cloudpickle", reason="comes with Spark, for Python 3.11 and newer")

BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    shop:
      name: shop
      catalog: sales
      schema: shop
      root_path: src/sales/shop
      libraries: [{glob: {include: src/sales/shop/transformations/**}}, {notebook: {path: src/nb.py}}]
      configuration: {limit: "3"}
      environment: {dependencies: ["--editable ${workspace.file_path}"]}
targets: {dev: {default: true, workspace: {host: https://example.com, file_path: /Workspace/x/files}}}
"""
FILES = {
    "src/shared/__init__.py": "",
    "src/shared/words.py": "from shared import depths\n\n\ndef shout(text):\n    return depths.mark(text.upper())\n",
    "src/shared/depths.py": "MARK = '!'\n\n\ndef mark(text):\n    return text + MARK\n",
    "src/sales/__init__.py": "",
    "src/sales/shop/__init__.py": "",
    "src/sales/shop/prices.py": "class Price:\n    rate = 3\n\n    def of(self, n):\n        return n * self.rate\n",
}


@pytest.fixture
def shop(pipeline):
    (pipeline.root / "databricks.yml").write_text(BUNDLE)
    for name, text in FILES.items():
        path = pipeline.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (pipeline.root / "src" / "nb.py").write_text("# Databricks notebook source\n")
    return pipeline


def source(shop, code, name="a.py"):
    shop.source(code, f"sales/shop/transformations/{name}")


def test_python_functions_run_inside_spark_with_the_bundles_modules(shop):
    source(
        shop,
        """
        import pandas as pd
        from pyspark.sql.functions import pandas_udf, udf
        from pyspark.sql.types import StringType
        from shared import words
        from shared.words import shout
        import sales.shop.prices
        from sales.shop.prices import Price

        SUFFIX = "?"

        @udf("string")
        def own(text):
            return words.shout(text) + SUFFIX

        @pandas_udf("long")
        def priced(numbers: pd.Series) -> pd.Series:
            return numbers.map(Price().of)

        spark.udf.register("shouted", shout, StringType())

        @dp.materialized_view
        def said():
            from shared.depths import mark

            frame = spark.range(2).select("id", F.lit("a").alias("text"))
            return frame.select(
                "id",
                own("text").alias("own"),
                priced("id").alias("priced"),
                F.expr("shouted(text)").alias("registered"),
                F.udf(mark)("text").alias("late"),
            )

        @dp.materialized_view
        def mapped():
            def double(batches):
                for batch in batches:
                    yield batch.assign(id=batch.id * sales.shop.prices.Price().rate)

            return spark.range(3).mapInPandas(double, "id long")
        """,
    )
    source(shop, "CREATE MATERIALIZED VIEW in_sql AS SELECT shouted('b') AS b", "b.sql")
    assert shop.run().ok
    row = {"own": "A!?", "registered": "A!", "late": "a!"}
    assert shop.rows("said") == [{"id": 0, "priced": 0, **row}, {"id": 1, "priced": 3, **row}]
    assert shop.rows("mapped") == [{"id": 0}, {"id": 3}, {"id": 6}]
    assert shop.rows("in_sql") == [{"b": "B!"}]
    # What a run has loaded and registered is gone after it; what the files say next is what the next run does.
    files = [str(getattr(module, "__file__", "")) for module in list(sys.modules.values())]
    assert [file for file in files if file.startswith(str(shop.root))] == []
    assert not {name for name in cloudpickle.list_registry_pickle_by_value() if "shared" in name}
    (shop.root / "src/shared/depths.py").write_text("def mark(text):\n    return text + '#'\n")
    assert shop.run().ok
    assert shop.rows("in_sql") == [{"b": "B#"}]


@pytest.mark.parametrize(
    "imports",
    [
        "from pyspark import pipelines as dp\ntable = dp.materialized_view",
        "import pyspark.pipelines as dp\ntable = dp.materialized_view",
        "from pyspark.pipelines import materialized_view as table",
        "import pyspark.pipelines\ntable = pyspark.pipelines.materialized_view",
        "import dlt\ntable = dlt.table",
        "from dlt import *\nfrom dlt import table",
    ],
)
def test_the_ways_to_import_the_names(shop, imports):
    path = shop.root / "src/sales/shop/transformations/a.py"
    path.parent.mkdir()
    path.write_text(f"{imports}\n\n@table\ndef t():\n    return spark.range(1)\n")
    assert shop.outcome()["t"].kind == "materialized view"
    assert shop.rows("t") == [{"id": 0}]


def test_a_loop_configuration_settings_and_names_with_parts(shop):
    source(
        shop,
        """
        for kind in ("a", "b"):
            @dp.materialized_view(name=f"kind_{kind}", spark_conf={"spark.sql.session.timeZone": "Asia/Tokyo"})
            def one(kind=kind):
                return spark.range(int(spark.conf.get("limit"))).select(
                    F.lit(kind).alias("kind"), F.expr("current_timezone()").alias("zone"), "id"
                )

        @dp.materialized_view(name="other.counts")
        def counts():
            return spark.sql("SELECT a.kind, count(*) AS n FROM kind_a AS a JOIN sales.shop.kind_b b USING (id) GROUP BY 1")

        @dp.materialized_view(name="`ar chive`.old.counts")
        def archived():
            return spark.read.table("other.counts").unionAll(spark.table("sales.other.counts"))

        @dp.materialized_view
        def last():
            return spark.sql("SELECT sum(n) AS n FROM `ar chive`.old.counts")
        """,
    )
    assert shop.run().ok
    for kind in "ab":
        assert shop.rows(f"kind_{kind}") == [{"kind": kind, "zone": "Asia/Tokyo", "id": n} for n in range(3)]
    assert shop.rows("sales.other.counts") == [{"kind": "a", "n": 3}]
    assert shop.rows("ar chive.old.counts") == [{"kind": "a", "n": 3}] * 2
    assert shop.rows("last") == [{"n": 6}]


def test_a_notebook_among_the_libraries(shop):
    source(shop, "@dp.materialized_view\ndef base():\n    return spark.range(2)\n")
    (shop.root / "src/helpers.py").write_text("# Databricks notebook source\ndef halved(n):\n    return n / 2\n")
    (shop.root / "src/nb.py").write_text(
        """\
# Databricks notebook source
# MAGIC %run ./helpers

# COMMAND ----------

from pyspark import pipelines as dp
from pyspark.sql import functions as F


@dp.materialized_view
def halves():
    return spark.read.table("base").select(F.udf(halved, "double")("id").alias("half"))


# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE MATERIALIZED VIEW total AS SELECT sum(half) AS total FROM halves

# COMMAND ----------


@dp.materialized_view
def broken():
    return spark.read.table("base").select(1 / 0)
"""
    )
    results = shop.outcome()
    assert shop.rows("halves") == [{"half": 0.0}, {"half": 0.5}]
    assert shop.rows("total") == [{"total": 0.5}]
    assert results["broken"].problem.location.line == 25
    assert 'nb.py:25: return spark.read.table("base").select(1 / 0)' in results["broken"].problem.detail


def test_tables_at_source_level_and_frames_in_sql(shop):
    """What is there before a run may be read outside query functions, to define datasets by it."""
    fixture = shop.root / "fixtures" / "settings" / "shop" / "kinds.csv"
    fixture.parent.mkdir(parents=True)
    fixture.write_text("kind,size\na,2\nb,3\n")
    source(
        shop,
        """
        kinds = spark.read.table("settings.shop.kinds")
        sizes = spark.sql("SELECT max(size) AS size FROM settings.shop.kinds WHERE kind = {kind}", kind="b").first().size

        def define(row):
            @dp.materialized_view(name=f"{row.kind}_rows")
            def rows():
                return spark.range(row.size)

        for row in kinds.collect():
            define(row)

        @dp.materialized_view
        def joined():
            frame = spark.read.table("a_rows")
            return spark.sql("SELECT f.id + :n AS n FROM {frame} f JOIN b_rows USING (id)", {"n": sizes}, frame=frame)
        """,
    )
    assert shop.run().ok
    assert [len(shop.rows(f"{kind}_rows")) for kind in "ab"] == [2, 3]
    assert shop.rows("joined") == [{"n": 3}, {"n": 4}]


def test_a_module_that_spark_does_not_have(shop):
    source(
        shop,
        """
        @F.udf("string")
        def late(text):
            from shared.words import shout
            return shout(text)

        @dp.materialized_view
        def said():
            return spark.range(1).select(late(F.lit("a")).alias("a"))
        """,
    )
    problem = shop.outcome()["said"].problem
    assert problem.summary == "said: a function imports shared, which Spark does not have"
    assert problem.remedy.startswith("Import it at the top of the file")


def test_settings_do_not_hide_functions(shop):
    source(shop, "spark.udf.register('plus', lambda n: n + 1, 'bigint')\n")
    source(shop, "SET spark.sql.shuffle.partitions = 2; CREATE TABLE t AS SELECT plus(1) AS n", "b.sql")
    assert shop.run().ok
    assert shop.rows("t") == [{"n": 2}]


def test_a_column_that_is_not_declared_is_not_lost(shop):
    source(shop, "CREATE TABLE t (a INT) AS SELECT 1 AS a, 2 AS b", "b.sql")
    with pytest.raises(Failure, match="t declares its columns, and b is none of them"):
        shop.run()


@pytest.mark.slow
def test_an_action_in_a_query_sees_the_rows_of_this_run(pipeline):
    pipeline.land("1.json", [{"id": 1}, {"id": 2}])
    pipeline.source("""
    @dp.table
    def raw():
        return spark.readStream.schema("id int").json(spark.conf.get("landing"))

    @dp.materialized_view
    def counted():
        return spark.createDataFrame([(spark.read.table("raw").count(),)], "n int")

    @dp.materialized_view
    def by_pandas():
        return spark.createDataFrame(spark.read.table("raw").toPandas(), "id int")

    @dp.materialized_view
    def named():
        return spark.read.json("/Volumes/sales/shop/landing/1.json").select(F.input_file_name().alias("file")).distinct()
    """)
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 3}])
    assert pipeline.run().ok
    assert pipeline.rows("counted") == [{"n": 3}]
    assert [row["id"] for row in pipeline.rows("by_pandas")] == [1, 2, 3]
    assert pipeline.rows("named") == [{"file": "dbfs:///Volumes/sales/shop/landing/1.json"}]
