"""Auto Loader: the rows of the files that have landed, each once, whatever they hold."""

import json

import pytest

from local_runner.diagnostics import Failure


def source(options: str = "", select: str = "") -> str:
    """A pipeline of one streaming table `raw`, read by Auto Loader as JSON with more `options`."""
    return f"""
    @dp.table
    def raw():
        return (
            spark.readStream.format("cloudFiles")
            .option("cloudFiles.format", "json")
            {options}
            .load(spark.conf.get("landing"))
            {select}
        )
    """


def ordered(rows):
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def rescued(rows):
    """The rescued data of each row as a value, without the path."""
    found = [json.loads(row["_rescued_data"]) if row["_rescued_data"] else None for row in rows]
    return [value and {key: part for key, part in value.items() if key != "_file_path"} for value in found]


def text(value):
    """What a column of text holds of a JSON value."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def test_every_value_is_kept_as_text(pipeline):
    records = [
        {"id": 1, "amount": 10.5, "at": {"city": "Ålesund", "no": [1, 2]}, "open": True},
        {"id": "b", "tags": ["x", "y"], "amount": None},
    ]
    pipeline.source(source())
    pipeline.land("1.json", records)
    assert pipeline.run().ok
    columns = sorted({name for record in records for name in record})
    assert pipeline.rows("raw") == ordered(
        {**{name: text(record.get(name)) for name in columns}, "_rescued_data": None} for record in records
    )


def test_numbers_keep_their_digits(pipeline):
    numbers = ["1e3", "10.50", "123456789012345678.99", "12345678901234567890123456789012345678901234567890", "-0.0"]
    pipeline.source(source())
    folder = pipeline.root / "fixtures/sales/shop/landing"
    (folder / "1.json").write_text("".join(f'{{"n": {number}}}\n' for number in numbers))
    assert pipeline.run().ok
    assert sorted(row["n"] for row in pipeline.rows("raw")) == sorted(numbers)


def test_a_new_column_comes_in_the_same_run(pipeline):
    pipeline.source(source())
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": "2", "more": "x"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == ordered(
        [{"id": "1", "_rescued_data": None, "more": None}, {"id": "2", "_rescued_data": None, "more": "x"}]
    )


def test_a_column_stays_when_its_files_are_gone(pipeline):
    pipeline.source(source())
    pipeline.land("1.json", [{"id": "1", "old": "x"}])
    assert pipeline.run().ok
    (pipeline.root / "fixtures/sales/shop/landing/1.json").unlink()
    pipeline.land("2.json", [{"id": "2"}])
    assert pipeline.run().ok
    assert [(row["id"], row["old"]) for row in pipeline.rows("raw")] == [("1", "x"), ("2", None)]


def test_a_dry_run_remembers_nothing(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaEvolutionMode", "rescue")'))
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run(dry_run=True).ok
    pipeline.land("1.json", [{"other": "2"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [{"other": "2", "_rescued_data": None}]


def test_hints_type_columns_and_what_does_not_fit_is_rescued(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaHints", "id INT, price DECIMAL(9,2), later DATE")'))
    pipeline.land("1.json", [{"id": 1, "price": 2.5}, {"id": "one", "price": "x"}, {"id": 3}])
    assert pipeline.run().ok
    rows = pipeline.rows("raw")
    assert [(row["id"], row["price"] and str(row["price"]), row["later"]) for row in rows] == [
        (1, "2.50", None),
        (3, None, None),
        (None, None, None),
    ]
    assert rescued(rows) == [None, None, {"id": "one", "price": "x"}]


def test_rescued_data_names_the_file_as_databricks_does(pipeline):
    pipeline.source(
        source('.option("cloudFiles.schemaHints", "id INT")', '.withColumn("path", F.col("_metadata.file_path"))')
    )
    pipeline.land("a b.json", [{"id": "x"}])
    assert pipeline.run().ok
    (row,) = pipeline.rows("raw")
    assert row["path"] == "dbfs:/Volumes/sales/shop/landing/a%20b.json"
    assert json.loads(row["_rescued_data"]) == {"id": "x", "_file_path": row["path"]}


def test_a_line_that_is_not_json_is_kept_whole(pipeline):
    pipeline.source(source())
    folder = pipeline.root / "fixtures/sales/shop/landing"
    (folder / "1.json").write_text('{"id": "1"}\n{"id": \n\n')
    assert pipeline.run().ok
    rows = pipeline.rows("raw")
    assert [row["id"] for row in rows] == ["1", None]
    assert rescued(rows) == [None, {"_corrupt_record": '{"id": '}]


def test_a_hinted_corrupt_record_takes_the_line(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaHints", "_corrupt_record STRING")'))
    folder = pipeline.root / "fixtures/sales/shop/landing"
    (folder / "1.json").write_text('{"id": "1"}\n{"id": \n')
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [
        {"id": "1", "_corrupt_record": None, "_rescued_data": None},
        {"id": None, "_corrupt_record": '{"id": ', "_rescued_data": None},
    ]


def test_names_that_differ_by_case_are_rescued(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaHints", "Id STRING, n INT")'))
    pipeline.land("1.json", [{"Id": "1", "n": 1}, {"ID": "2", "n": "x"}, {"id": "3", "Id": "4"}])
    assert pipeline.run().ok
    rows = pipeline.rows("raw")
    assert [(row["Id"], row["n"]) for row in rows] == [("1", 1), ("4", None), (None, None)]
    assert rescued(rows) == [None, {"id": "3"}, {"ID": "2", "n": "x"}]


def test_the_mode_rescue_adds_no_column(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaEvolutionMode", "rescue")'))
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": "2", "more": {"a": [1, "x"]}}])
    assert pipeline.run().ok
    rows = pipeline.rows("raw")
    assert [row["id"] for row in rows] == ["1", "2"]
    assert rescued(rows) == [None, {"more": {"a": [1, "x"]}}]


def test_the_mode_fail_on_new_columns_names_them(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaEvolutionMode", "failOnNewColumns")'))
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": "2", "more": "x"}])
    problem = pipeline.outcome()["raw"].problem
    assert "hold new columns: more" in problem.summary
    assert problem.location.line == 4
    assert pipeline.rows("raw") == [{"id": "1", "_rescued_data": None}]


def test_the_mode_none_leaves_new_columns_out(pipeline):
    pipeline.source(source('.option("cloudFiles.schemaEvolutionMode", "none")'))
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": "2", "more": "x"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [{"id": "1"}, {"id": "2"}]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("cloudFiles.schemaHint", "cloudFiles.schemaHint is not supported"),
        ("multiline ", "multiline  is not supported"),
        ("cloudFiles.allowOverwrites", "cloudFiles.allowOverwrites=true is not supported"),
        ("badRecordsPath", "badRecordsPath is not supported"),
    ],
)
def test_an_option_that_is_not_supported_is_refused(pipeline, option, message):
    pipeline.source(source(f'.option("{option}", "true")'))
    pipeline.land("1.json", [{"id": "1"}])
    with pytest.raises(Failure, match=message):
        pipeline.run()


def test_options_without_effect_on_rows_are_accepted(pipeline):
    names = ["useNotifications", "region", "maxFilesPerTrigger", "backfillInterval", "schemaLocation"]
    pipeline.source(source("".join(f'.option("cloudFiles.{name}", "1")' for name in names)))
    pipeline.land("1.json", [{"id": "1"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [{"id": "1", "_rescued_data": None}]


def test_a_folder_without_files_has_no_columns(pipeline):
    pipeline.source(source('.option("pathGlobFilter", "*.jsonl")'))
    with pytest.raises(Failure, match="holds no file to infer columns from"):
        pipeline.run()


def test_a_folder_that_is_not_there_is_named(pipeline):
    pipeline.source(source().replace('spark.conf.get("landing")', '"/Volumes/sales/shop/landing/none"'))
    with pytest.raises(Failure, match="/Volumes/sales/shop/landing/none, and there is no such folder"):
        pipeline.run()
