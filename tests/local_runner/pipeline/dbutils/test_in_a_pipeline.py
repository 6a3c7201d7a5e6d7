"""`dbutils`, `display` and workspace paths, as a pipeline's source files use them."""

import pytest

from local_runner.diagnostics import Failure

pytestmark = pytest.mark.slow

PATHS = [
    'spark.read.json("/Volumes/sales/shop/landing/1.json")',
    'spark.read.json(["dbfs:/Volumes/sales/shop/landing/1.json"])',
    'spark.read.format("json").load("/Volumes/Sales/Shop/Landing/1.json")',
    'spark.read.format("json").option("path", "/Volumes/sales/shop/landing/1.json").load()',
    'spark.read.text("/Volumes/sales/shop/landing/*.json").select(F.from_json("value", "id INT")["id"].alias("id"))',
    'spark.sql("SELECT * FROM json.`/Volumes/sales/shop/landing/1.json`")',
    "spark.sql(\"SELECT id FROM read_files('/Volumes/sales/shop/landing/1.json')\")",
    "spark.read.json(\"dbfs:/copied/1.json\") if dbutils.fs.mkdirs('dbfs:/copied') and "
    "dbutils.fs.cp('/Volumes/sales/shop/landing/1.json', 'dbfs:/copied/') else None",
]
STREAMS = [
    'spark.readStream.schema("id INT").json("/Volumes/sales/shop/landing")',
    'spark.readStream.schema("id INT").format("json").option("path", "dbfs:/Volumes/sales/shop/landing").load()',
    "spark.sql(\"SELECT * FROM STREAM read_files('/Volumes/sales/shop/landing', schema => 'id INT')\")",
]


def test_paths_of_volumes_and_dbfs(pipeline):
    pipeline.land("1.json", [{"id": 1}, {"id": 2}])
    for kind, reads in {"materialized_view": PATHS, "table": STREAMS}.items():
        for number, read in enumerate(reads):
            pipeline.source(f"@dp.{kind}\ndef {kind}_{number}():\n    return {read}\n", f"{kind}_{number}.py")
    assert [dataset for dataset in pipeline.run().datasets if dataset.problem] == []
    for number in range(len(PATHS)):
        assert pipeline.rows(f"materialized_view_{number}") == [{"id": 1}, {"id": 2}], PATHS[number]
    for number in range(len(STREAMS)):
        assert pipeline.rows(f"table_{number}") == [{"id": 1}, {"id": 2}], STREAMS[number]


def test_dbutils_and_display(pipeline, capsys):
    secrets = pipeline.root / ".local/secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text('[mail]\nuser = "ann"\n')
    secrets.chmod(0o600)
    pipeline.land("1.json", [{"id": 1}])
    pipeline.source(
        """
        from pyspark.dbutils import DBUtils

        files = [info.name for info in dbutils.fs.ls(dbutils.widgets.get("landing"))]

        @dp.materialized_view
        def one():
            user = DBUtils(spark).secrets.get("mail", "user")
            frame = spark.read.json("/Volumes/sales/shop/landing").withColumn("user", F.lit(user))
            display(frame)
            return frame.withColumn("files", F.lit(",".join(files)))

        @dp.materialized_view
        def two():
            frame = spark.read.table("one").select("id")
            display(frame.select(F.struct("id", F.lit("x").cast("binary").alias("b")).alias("s")))
            return frame
        """
    )
    assert pipeline.run().ok
    assert pipeline.rows("one") == [{"id": 1, "user": "ann", "files": "1.json,empty.json"}]
    shown = capsys.readouterr().out
    # Each once, when its rows are there: not while the graph is built on empty tables.
    assert shown.count("all rows") == 2
    assert shown.count("ann") == 1
    assert '{"id": 1, "b": "eA=="}' in shown


@pytest.mark.parametrize(
    ("call", "summary"),
    [
        ('dbutils.notebook.run("other", 60)', "dbutils.notebook is not supported in local runs"),
        ('dbutils.fs.mount("s3a://x", "/mnt/x")', "dbutils.fs.mount is not supported in local runs"),
        ("dbutils.library.restartPython()", "dbutils.library is not supported in local runs"),
    ],
)
def test_what_is_not_supported_is_refused_by_its_text(pipeline, call, summary):
    pipeline.source(f"@dp.materialized_view\ndef one():\n    {call}\n    return spark.range(1)\n")
    with pytest.raises(Failure) as failure:
        pipeline.run()
    (problem,) = failure.value.diagnostics
    assert (problem.summary, problem.location.line) == (summary, 5)


def test_what_the_text_does_not_show_is_refused_when_it_is_called(pipeline):
    pipeline.source("tools = dbutils\n\n@dp.materialized_view\ndef one():\n    tools.jobs\n    return spark.range(1)\n")
    with pytest.raises(Failure, match=r"dbutils\.jobs is not supported in local runs"):
        pipeline.run()
