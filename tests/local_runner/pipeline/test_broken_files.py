"""A file that cannot be read: one message, with the file and the line that a person mends."""

import pytest

from local_runner.diagnostics import Failure

READ = """
    @dp.materialized_view
    def one():
        return spark.read.table("orders").select("id")

    @dp.table
    def two():
        return spark.readStream.table("orders")
"""


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("orders.csv", "id,note\n1,a\n2,b,c\n", 3, "it has 3 values, and the header 2"),
        ("orders.jsonl", '{"id": 1}\n{"id": \n', 2, "it is not JSON: Expecting value"),
        ("orders.parquet", "id", 0, "it is no parquet file"),
    ],
)
def test_a_fixture(pipeline, name, text, line, problem):
    fixture = pipeline.root / "fixtures/sales/shop" / name
    fixture.write_text(text)
    pipeline.source(READ)
    with pytest.raises(Failure) as failure:
        pipeline.run()
    (found,) = failure.value.diagnostics
    assert found.summary == f"the fixture {name} is broken: {problem}"
    assert (found.location.file, found.location.line) == (str(fixture), line)


def test_a_sound_fixture(pipeline):
    (pipeline.root / "fixtures/sales/shop/orders.csv").write_text('id,note\n1,"a ""b""\nc"\n2,\n')
    pipeline.source(READ)
    assert pipeline.run().ok
    assert pipeline.rows("one") == [{"id": 1}, {"id": 2}]
    assert pipeline.rows("two") == [{"id": 1, "note": 'a "b"\nc'}, {"id": 2, "note": None}]


def test_landing_files_that_must_be_sound(pipeline):
    pipeline.source(
        """
        def read(name, format):
            header = {"header": "true"} if format == "csv" else {}
            reader = spark.readStream.format("cloudFiles").options(mode="FAILFAST", **header)
            return reader.option("cloudFiles.format", format).load(f"/Volumes/sales/shop/landing/{name}")

        @dp.table
        def lines():
            return read("lines", "json")

        @dp.table
        def sheet():
            return read("sheet", "csv")

        @dp.materialized_view
        def batch():
            return spark.read.schema("id INT").option("mode", "FAILFAST").json("/Volumes/sales/shop/landing/lines")
        """
    )
    for name, text in {"lines/a b.json": '{"id": 1}\n{"id": \n', "sheet/1.csv": "id,note\n1,a\n2\n"}.items():
        pipeline.land(name, [])
        (pipeline.root / "fixtures/sales/shop/landing" / name).write_text(text)
    problems = {dataset.name: dataset.problem for dataset in pipeline.run().datasets}
    folder = pipeline.root / "fixtures/sales/shop/landing"
    assert {name: (problem.summary, problem.location.file, problem.location.line) for name, problem in problems.items()} == {
        "lines": ("lines: a b.json cannot be read: it is not JSON: Expecting value", f"{folder}/lines/a b.json", 2),
        "sheet": ("sheet: 1.csv cannot be read: it has 1 values, and the header 2", f"{folder}/sheet/1.csv", 3),
        "batch": ("batch: a b.json cannot be read: it is not JSON: Expecting value", f"{folder}/lines/a b.json", 2),
    }


@pytest.mark.parametrize(
    ("kind", "reader"), [("materialized_view", "spark.read"), ("table", 'spark.readStream.schema("id INT")')]
)
def test_a_volume_that_is_empty_here_says_where_its_files_go(pipeline, kind, reader):
    pipeline.source(f'@dp.{kind}\ndef one():\n    return {reader}.json("/Volumes/sales/other/in")\n')
    with pytest.raises(Failure) as failure:
        pipeline.run()
    (problem,) = failure.value.diagnostics
    assert problem.summary == "the volume sales.other.in is empty here"
    assert problem.remedy == f"Put its files under {pipeline.root}/fixtures/sales/other/in/"
