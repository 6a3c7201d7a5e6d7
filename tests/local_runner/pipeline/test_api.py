"""The API's surface: what is supported, and what is refused by name and line before Spark starts."""

from pathlib import Path
from textwrap import dedent

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.api import DLT, PIPELINES
from local_runner.pipeline.sources.python_files import refuse_unsupported

# Every public name of Databricks' documentation, of pyspark.pipelines 4.3 and of databricks-dlt 0.3.
# https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref
DOCUMENTED = {
    "append_flow",
    "create_auto_cdc_flow",
    "create_auto_cdc_from_snapshot_flow",
    "create_sink",
    "create_streaming_table",
    "expect",
    "expect_all",
    "expect_all_or_drop",
    "expect_all_or_fail",
    "expect_or_drop",
    "expect_or_fail",
    "materialized_view",
    "table",
    "temporary_view",
}
OLDER = {
    "apply_changes",
    "apply_changes_from_snapshot",
    "create_streaming_live_table",
    "create_table",
    "create_target_table",
    "create_view",
    "read",
    "readStream",
    "read_stream",
    "view",
}
REFUSED = {"foreach_batch_sink", "foreach_sink", "on_event_hook"}


def problems(text):
    """What is told of a source file, by line, and all of it before Spark starts."""
    try:
        refuse_unsupported(dedent(text), Path("source.py"))
    except Failure as failure:
        return [(problem.location.line, problem.summary) for problem in failure.diagnostics]
    return []


def test_every_name_is_supported_or_refused():
    assert set(PIPELINES) >= DOCUMENTED
    assert set(DLT) == DOCUMENTED | OLDER
    assert not REFUSED & set(DLT)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_name_is_refused_however_it_is_reached(name):
    text = f"""\
        from pyspark import pipelines as dp
        import pyspark.pipelines
        import dlt

        @dp.{name}
        def one(): ...

        pyspark.pipelines.{name}
        dlt.{name}(1)
        from dlt import table, {name} as other
    """
    modules = ["pyspark.pipelines", "pyspark.pipelines", "dlt", "dlt"]
    told = [f"{module}.{name} is not supported in local runs" for module in modules]
    assert problems(text) == list(zip([5, 8, 9, 10], told, strict=True))


def test_another_spelling_of_a_name_gets_a_suggestion():
    text = "from pyspark import pipelines as dp\n@dp.materialised_view\ndef a(): ...\n"
    with pytest.raises(Failure) as caught:
        refuse_unsupported(text, Path("a.py"))
    (problem,) = caught.value.diagnostics
    assert (problem.location.line, problem.remedy) == (2, "Did you mean materialized_view?")


def test_arguments_are_refused_where_they_would_have_an_effect():
    text = """\
        import dlt
        from pyspark import pipelines as dp
        from pyspark.pipelines import materialized_view as mv

        @dlt.table(name="a", comment="c", path="/somewhere", cluster_by=["x"], private=True, row_filter=None)
        def a(): ...

        @mv(
            schema="id int",
            row_filter="ROW FILTER f ON (id)",
        )
        def b(): ...

        dp.temporary_view(spark_conf={"a": "b"})
        dp.create_auto_cdc_flow("t", "s", ["id"], "seq", once=False, columns_to_update="changed")
        dp.create_streaming_table("t", expect_all={}, path=None)
        dp.apply_changes("t", "s", ["id"], "seq", where="id > 1")
        dp.create_auto_cdc_flow("t", "s", ["id"], "seq", system_sequence_by="at", name="n")
        other.table(path="mine")
    """
    told = [(5, "table", "path"), (10, "materialized_view", "row_filter")]
    told += [(14, "temporary_view", "spark_conf"), (15, "create_auto_cdc_flow", "columns_to_update")]
    told += [(17, "apply_changes", "where"), (18, "create_auto_cdc_flow", "system_sequence_by")]
    assert problems(text) == [
        (line, f"{function}({argument}=…) is not supported in local runs") for line, function, argument in told
    ]


def test_a_sinks_format_is_refused():
    text = """\
        from pyspark import pipelines as dp
        dp.create_sink("a", "parquet", {"path": "/Volumes/a/b/c"})
        dp.create_sink("b", "kafka")
        dp.create_sink(name="c", format="delta", options={})
    """
    assert problems(text) == [
        (3, "a sink of format kafka is not supported in local runs"),
        (4, "a sink of format delta is not supported in local runs"),
    ]


def test_what_a_query_does_besides_giving_rows_is_refused():
    assert problems("""
        def query(frame, file):
            frame.createOrReplaceTempView("v")
            frame.write.mode("overwrite").saveAsTable("t")
            frame.writeStream.start()
            file.write("text")
            return spark.catalog.tableExists("t")
        """) == [
        (3, "DataFrame.createOrReplaceTempView is not supported in a pipeline in local runs"),
        (4, "DataFrame.write is not supported in a pipeline in local runs"),
        (5, "DataFrame.writeStream is not supported in a pipeline in local runs"),
        (7, "spark.catalog is not supported in a pipeline in local runs"),
    ]


def test_a_source_that_is_no_file_is_refused():
    assert problems("""
        spark.readStream.format("kafka").option("subscribe", "x").load()
        spark.read.format("csv").load("/Volumes/a/b/c")
        spark.read.jdbc("jdbc:x", "t")
        "{}".format("kafka")
        """) == [
        (2, "reading the format kafka is not supported in local runs"),
        (4, "reading the format jdbc is not supported in local runs"),
    ]


@pytest.mark.slow
def test_an_effect_in_a_helper_is_refused_where_it_is_asked_for(pipeline):
    (pipeline.root / "src").mkdir()
    pipeline.source(
        """
        def named(frame):
            frame.createOrReplaceTempView("v")
            return frame

        def written(frame):
            frame.write.parquet("/tmp/never")

        def pivoted(frame):
            return frame.groupBy("id").pivot("id").count()
        """,
        "../helper.py",
    )
    for number, call in enumerate(["named", "written", "pivoted"]):
        pipeline.source(
            f"from helper import {call}\n\n@dp.materialized_view\ndef one_{number}():\n    return {call}(spark.range(1))\n",
            f"{number}.py",
        )
    bundle = pipeline.root / "databricks.yml"
    bundle.write_text(
        bundle.read_text().replace(
            "configuration:", "environment: {dependencies: ['--editable ${workspace.file_path}']}\n      configuration:"
        )
    )
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [(Path(at.location.file).name, at.location.line, at.summary.split()[0]) for at in caught.value.diagnostics] == [
        ("helper.py", 5, "DataFrame.createOrReplaceTempView"),
        ("helper.py", 9, "DataFrame.write"),
        ("helper.py", 12, "GroupedData.pivot"),
    ]


def test_what_the_text_does_not_show_is_refused_when_it_is_called(pipeline):
    pipeline.source("""
        arguments = {"path": "/somewhere"}

        @dp.materialized_view(**arguments)
        def a():
            return spark.range(1)
    """)
    pipeline.source("name = 'foreach_batch_sink'\ngetattr(dp, name)\n", "b.py")
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [(problem.summary, problem.location.line) for problem in caught.value.diagnostics] == [
        ("pyspark.pipelines.foreach_batch_sink is not supported in local runs", 4),
        ("materialized_view(path=…) is not supported in local runs", 6),
    ]


def test_the_older_names_do_what_they_did(pipeline):
    pipeline.source("""
        import dlt

        dlt.create_streaming_live_table("all_rows")

        @dlt.append_flow(target="all_rows")
        def rows():
            return dlt.read_stream("raw")

        @dlt.create_table(name="raw")
        @dlt.expect_or_drop("positive", "id > 0")
        def landed():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))

        @dlt.view
        def seen():
            return dlt.read("LIVE.raw")

        @dlt.table
        def counted():
            return spark.table("LIVE.seen").agg(F.count("*").alias("n"))

        dlt.create_target_table("current")
        dlt.apply_changes("current", "raw", ["id"], "id")
    """)
    pipeline.land("1.json", [{"id": 0}, {"id": 1}, {"id": 2}])
    results = pipeline.outcome()
    assert {name: result.kind for name, result in results.items()} == {
        "raw": "streaming table",
        "all_rows": "streaming table",
        "counted": "materialized view",
        "current": "target of Auto CDC",
    }
    assert pipeline.rows("all_rows") == pipeline.rows("raw") == pipeline.rows("current") == [{"id": 1}, {"id": 2}]
    assert pipeline.rows("counted") == [{"n": 2}]


def test_spark_conf_holds_for_its_own_dataset(pipeline):
    pipeline.source("""
        sql = "select current_timezone() as zone"

        @dp.materialized_view(spark_conf={"spark.sql.session.timeZone": "Asia/Tokyo"})
        def there():
            return spark.sql(sql)

        @dp.materialized_view
        def here():
            return spark.sql(sql)

        dp.create_streaming_table("flows", spark_conf={"spark.sql.session.timeZone": "Asia/Tokyo"})

        @dp.append_flow(target="flows", once=True)
        def like_the_table():
            return spark.sql(sql)

        @dp.append_flow(target="flows", once=True, spark_conf={"spark.sql.session.timeZone": "Europe/Paris"})
        def on_its_own():
            return spark.sql(sql)
    """)
    assert pipeline.run().ok
    assert pipeline.rows("there") == [{"zone": "Asia/Tokyo"}]
    assert pipeline.rows("here") == [{"zone": "UTC"}]
    assert pipeline.rows("flows") == [{"zone": "Asia/Tokyo"}, {"zone": "Europe/Paris"}]


def test_options_that_ask_for_other_rows_of_a_table_are_refused(pipeline):
    pipeline.source("""
        @dp.table
        def raw():
            return spark.readStream.schema("id int").json(spark.conf.get("landing"))

        @dp.table
        def copy():
            return spark.readStream.option("skipChangeCommits", "true").option("maxFilesPerTrigger", 1).table("raw")

        @dp.table
        def feed():
            return spark.readStream.option("readChangeFeed", True).table("raw")

        @dp.materialized_view
        def older():
            return spark.read.options(versionAsOf=0).table("raw")
    """)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [(problem.summary, problem.location.line) for problem in caught.value.diagnostics] == [
        ("the option readChangeFeed of a table is not supported in local runs", 14),
        ("the option versionAsOf of a table is not supported in local runs", 18),
    ]


def test_what_a_table_says_of_itself(pipeline):
    pipeline.source("""
        @dp.materialized_view(
            name="sales.other.Sizes", comment="by size", schema="id bigint, size string",
            table_properties={"quality": "gold"}, partition_cols=["size"],
            cluster_by=["id"], cluster_by_auto=True, private=True, format="delta",
        )
        def sizes():
            return spark.sql("select 'L' as size, 1 as id")

        @dp.materialized_view(partition_cols=["colour"])
        def unknown():
            return spark.sql("select 1 as id")

        @dp.materialized_view(schema="id date")
        def mistyped():
            return spark.sql("select 1 as id")
    """)
    with pytest.raises(Failure, match="unknown has no column colour to be partitioned by"):
        pipeline.run()
    pipeline.source((pipeline.root / "src/source.py").read_text().replace('partition_cols=["colour"]', ""))
    results = pipeline.outcome()
    assert results["mistyped"].status.value == "failed"
    assert "INVALID_COLUMN_OR_FIELD_DATA_TYPE" in results["mistyped"].problem.detail
    entry = pipeline.store.lookup("sizes")
    assert (str(entry.name), entry.comment, entry.properties) == ("sales.other.sizes", "by size", {"quality": "gold"})
    assert [(column["name"], column["type"]) for column in entry.schema["fields"]] == [("id", "long"), ("size", "string")]
    assert pipeline.rows("sizes") == [{"id": 1, "size": "L"}]


def test_a_private_table_is_no_result(pipeline):
    pipeline.source("""
        import dlt

        @dp.materialized_view(private=True)
        def hidden():
            return spark.range(1)

        @dlt.table(temporary=True)
        def passing():
            return spark.range(1)

        @dp.materialized_view
        def shown():
            return spark.range(1)
    """)
    pipeline.source("CREATE PRIVATE MATERIALIZED VIEW also_hidden AS SELECT 1 AS id;", "more.sql")
    result = pipeline.run()
    assert [str(name) for name in result.finals] == ["sales.shop.shown"]
    assert pipeline.rows("hidden") == [{"id": 0}]
