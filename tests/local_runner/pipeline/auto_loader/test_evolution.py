"""A column that new files bring reaches every dataset in the run that reads them."""

import pytest

from tests.local_runner.pipeline.auto_loader.conftest import Case, land, source

DOWNSTREAM = """
    @dp.table
    def copy():
        return spark.readStream.table("raw")

    @dp.materialized_view
    def whole():
        return spark.read.table("copy")

    dp.create_streaming_table("current")
    dp.create_auto_cdc_flow("current", "raw", ["id"], "at", except_column_list=["at", "_rescued_data"])
"""
LATER = """
    @dp.table
    def named():
        return spark.readStream.table("raw").select("id", "more")
"""


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["json", "csv"])
def test_a_new_column_is_everywhere_after_the_same_run(pipeline, format_):
    options = {"header": "true"} if format_ == "csv" else {}
    raw = source("raw", Case({}, options=options), format_)
    pipeline.source(raw + DOWNSTREAM)
    first, second, third = (
        {"json": '{"id": "1", "at": "1"}\n', "csv": "id,at\n1,1\n"},
        {"json": '{"id": "1", "at": "2", "more": "x"}\n{"id": "2", "at": "2"}\n', "csv": "id,more,at\n1,x,2\n2,,2\n"},
        {"json": '{"id": "3", "at": "3"}\n', "csv": "at,id\n3,3\n"},
    )
    land(pipeline, f"raw/1.{format_}", first[format_])
    assert pipeline.run().ok
    land(pipeline, f"raw/2.{format_}", second[format_])
    pipeline.source(raw + DOWNSTREAM + LATER)
    assert [(dataset.name, dataset.problem) for dataset in pipeline.run().datasets if dataset.problem] == []
    events = [("1", "1", None), ("1", "2", "x"), ("2", "2", None)]
    for table in ("raw", "copy", "whole"):
        assert sorted((row["id"], row["at"], row["more"]) for row in pipeline.rows(table)) == events
    assert [(row["id"], row["more"]) for row in pipeline.rows("named")] == [("1", None), ("1", "x"), ("2", None)]
    assert pipeline.rows("current") == [{"id": "1", "more": "x"}, {"id": "2", "more": None}]
    land(pipeline, f"raw/3.{format_}", third[format_])
    assert pipeline.run().ok
    assert sorted((row["id"], row["at"], row["more"]) for row in pipeline.rows("whole")) == [*events, ("3", "3", None)]
