"""What Auto Loader refuses, each with a message that names it; and what it must not remember."""

import re

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.auto_loader.options import cloud_options
from tests.local_runner.pipeline.auto_loader.conftest import Case, land, packed, source


def read(pipeline, format_="json", options=None, **case):
    pipeline.source(source("raw", Case({}, options=options or {}, **case), format_))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"cloudFiles.schemaHint": "id INT"},
            r"the option cloudFiles.schemaHint is not supported .* Did you mean cloudFiles.sch",
        ),
        ({"skipRows": "1"}, "the option skipRows is not supported for cloudFiles with json"),
        ({"badRecordsPath": "/Volumes/a/b/c"}, "the option badRecordsPath is not supported"),
        ({"cloudFiles.allowOverwrites": "true"}, "cloudFiles.allowOverwrites=true is not supported"),
        ({"cloudFiles.includeExistingFiles": "false"}, "cloudFiles.includeExistingFiles=false is not supported"),
        ({"cloudFiles.schemaEvolutionMode": "grow"}, "cloudFiles.schemaEvolutionMode is 'grow'"),
        (
            {"cloudFiles.schemaEvolutionMode": "addNewColumnsWithTypeWidening"},
            "cloudFiles.schemaEvolutionMode is 'addNewColumnsWithTypeWidening'",
        ),
        ({"cloudFiles.cleanSource": "DELETE"}, "cloudFiles.cleanSource=DELETE is not supported"),
        ({"cloudFiles.format": "xml"}, "cloudFiles.format is 'xml'"),
        ({"cloudFiles.schemaHints": "id"}, "'id' is no column with a type"),
        ({"cloudFiles.format": "avro"}, r"cloudFiles.format is 'avro'.* Local runs know: csv, json, parquet, text"),
        ({"cloudFiles.format": ""}, "cloudFiles.format is missing"),
    ],
)
def test_an_option(pipeline, options, message):
    read(pipeline, options=options)
    with pytest.raises(Failure) as failure:
        pipeline.run(dry_run=True)
    (problem,) = failure.value.diagnostics
    assert re.search(message, f"{problem.summary}. {problem.remedy}")
    assert problem.location.file.endswith("source.py")


def test_a_misspelt_format():
    with pytest.raises(Failure) as failure:
        cloud_options({"cloudFiles.fromat": "json"}, None)
    (problem,) = failure.value.diagnostics
    assert problem.summary == "cloudFiles.fromat is unknown, and cloudFiles.format missing"
    assert problem.remedy == "Did you mean cloudFiles.format?"


def test_a_schema_beside_new_columns(pipeline):
    read(pipeline, schema="id INT", options={"cloudFiles.schemaEvolutionMode": "addNewColumns"})
    with pytest.raises(Failure, match=r"addNewColumns does not go with \.schema"):
        pipeline.run(dry_run=True)


def test_a_hint_within_a_column_of_text(pipeline):
    land(pipeline, "raw/1.json", [{"at": {"zip": 1}}])
    read(pipeline, options={"cloudFiles.schemaHints": "at.zip INT"})
    with pytest.raises(Failure, match=r"schemaHints names at\.zip, but at is inferred as string"):
        pipeline.run(dry_run=True)


def test_a_folder_without_files(pipeline):
    land(pipeline, "raw/1.json", [])
    read(pipeline, options={"pathGlobFilter": "*.jsonl"})
    with pytest.raises(Failure, match="landing/raw holds no file to infer columns from"):
        pipeline.run(dry_run=True)


def test_a_folder_that_is_not_there(pipeline):
    read(pipeline)
    with pytest.raises(Failure, match="landing has no raw here"):
        pipeline.run(dry_run=True)


def test_cloud_storage(pipeline):
    pipeline.source(source("raw", Case({}), "json").replace('spark.conf.get("landing")', '"s3://bucket"'))
    with pytest.raises(Failure, match=r"'s3://bucket/raw' is in cloud storage"):
        pipeline.run(dry_run=True)


def test_a_parquet_column_of_another_type(pipeline):
    land(pipeline, "raw/1.parquet", packed([{"id": 1}]))
    land(pipeline, "raw/2.parquet", packed([{"id": "x"}]))
    read(pipeline, "parquet")
    with pytest.raises(Failure, match=r"2\.parquet holds the column id string, which is id bigint so far"):
        pipeline.run(dry_run=True)


def test_new_columns_where_they_are_to_fail(pipeline):
    read(pipeline, options={"cloudFiles.schemaEvolutionMode": "failOnNewColumns"})
    land(pipeline, "raw/1.json", [{"id": "1"}])
    assert pipeline.run().ok
    land(pipeline, "raw/2.json", [{"id": "2", "more": "x"}])
    problem = pipeline.outcome()["raw"].problem
    assert "hold new columns: more" in problem.summary
    assert pipeline.rows("raw") == [{"id": "1", "_rescued_data": None}]


def test_a_dry_run_remembers_nothing(pipeline):
    read(pipeline, options={"cloudFiles.schemaEvolutionMode": "rescue"})
    land(pipeline, "raw/1.json", [{"id": "1"}])
    assert pipeline.run(dry_run=True).ok
    land(pipeline, "raw/1.json", [{"other": "2"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [{"other": "2", "_rescued_data": None}]


def test_a_full_refresh_forgets(pipeline):
    read(pipeline)
    gone = land(pipeline, "raw/1.json", [{"id": "1", "old": "x"}])
    assert pipeline.run().ok
    gone.unlink()
    land(pipeline, "raw/2.json", [{"id": "2"}])
    assert pipeline.run().ok
    assert pipeline.rows("raw") == [
        {"id": "1", "old": "x", "_rescued_data": None},
        {"id": "2", "old": None, "_rescued_data": None},
    ]
    assert pipeline.run(full_refresh_all=True).ok
    assert pipeline.rows("raw") == [{"id": "2", "_rescued_data": None}]
