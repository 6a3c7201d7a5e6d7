"""Files in a query's FROM: read_files, cloud_files, and paths."""

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.sql.read_files import FilesCall, read_call
from local_runner.pipeline.sql.text import check_query, table_refs, with_aliases

pytestmark = pytest.mark.slow


def test_a_call_as_options_of_auto_loader():
    call = """read_files('/Volumes/a/b/c/*', format => 'csv', header => true, schemaHints => "n int",
        maxFilesPerTrigger => 5, schema => 'a INT')"""
    assert read_call(call, streaming=True) == FilesCall(
        "/Volumes/a/b/c/*",
        {
            "cloudFiles.inferColumnTypes": "true",
            "cloudFiles.format": "csv",
            "header": "true",
            "cloudFiles.schemaHints": "n int",
            "cloudFiles.maxFilesPerTrigger": "5",
        },
        "a INT",
    )
    assert read_call("cloud_files('/x', 'json', map('cloudFiles.inferColumnTypes', 'true', 'multiLine', true))", False) == (
        FilesCall("/x", {"cloudFiles.format": "json", "cloudFiles.inferColumnTypes": "true", "multiLine": "true"}, None)
    )


def test_calls_in_a_query():
    query = "SELECT r.a, t.b FROM STREAM read_files('/x', format => 'json') r JOIN t ON f(r.a) = t.a"
    refs = table_refs(query)
    assert [(ref.parts, ref.streaming, ref.files and ref.files.path) for ref in refs] == [
        (("read_files",), True, "/x"),
        (("t",), False, None),
    ]
    text, names = with_aliases(query, refs)
    for name, short in zip(names, ["one", "two"], strict=True):
        text = text.replace(name, short)
    assert " ".join(text.split()) == "SELECT r.a, t.b FROM one r JOIN two AS `t` ON f(r.a) = t.a"


@pytest.mark.parametrize(
    ("query", "rewritten"),
    [
        ("SELECT *, _metadata.file_path FROM F", "SELECT * EXCEPT (_metadata), _metadata.file_path FROM T"),
        ("SELECT DISTINCT * EXCEPT (a), _metadata FROM F", "SELECT DISTINCT * EXCEPT (_metadata, a), _metadata FROM T"),
        (
            "SELECT r.*, b * 2, t.*, r._metadata FROM F AS r, t",
            "SELECT r.* EXCEPT (_metadata), b * 2, t.*, r._metadata FROM T AS r, t",
        ),
        (
            "SELECT * FROM (SELECT count(*), _metadata.file_name AS f FROM F GROUP BY 2) WHERE n IN (SELECT * FROM F)",
            "SELECT * FROM (SELECT count(*), _metadata.file_name AS f FROM T GROUP BY 2) "
            "WHERE n IN (SELECT * EXCEPT (_metadata) FROM T)",
        ),
        ("WITH c AS (SELECT *, 1 FROM F) SELECT * FROM c", "WITH c AS (SELECT *, 1 FROM T) SELECT * FROM c"),
    ],
)
def test_a_star_does_not_take_the_hidden_column(query, rewritten):
    text = query.replace("FROM F", "FROM STREAM read_files('/x', format => 'csv')")
    plain, names = with_aliases(text, table_refs(text))
    for name in names:
        plain = plain.replace(f"{name} AS `read_files`", "T").replace(f"{name} AS `t`", "t").replace(name, "T")
    assert " ".join(plain.split()) == rewritten


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("SELECT * FROM STREAM read_files('/x' || a)", "'/x' || a is no literal"),
        ("SELECT * FROM STREAM read_files('/x', 'json')", "read_files has the argument 'json'"),
        ("SELECT * FROM STREAM read_files()", "read_files has no path"),
        ("SELECT * FROM cloud_files('/x', 'json', 'y')", "cloud_files has the argument 'y'"),
    ],
)
def test_calls_that_are_refused(query, refused):
    with pytest.raises(Failure) as caught:
        check_query(query)
    assert caught.value.diagnostics[0].summary == refused


def test_new_files_only_on_the_next_run(pipeline):
    pipeline.land("1.json", [{"id": 1, "kind": "a"}, {"id": 2, "kind": "b"}])
    pipeline.source(
        """
        USE SCHEMA other;
        CREATE STREAMING TABLE raw AS
        SELECT r.* EXCEPT (_rescued_data), _metadata.file_name AS file
        FROM STREAM read_files('${landing}', format => 'json', schemaHints => 'id BIGINT') AS r WHERE r.id > 1;

        CREATE STREAMING TABLE old AS
        SELECT id FROM cloud_files('${landing}', 'json', map('cloudFiles.schemaHints', 'id INT'));
        CREATE MATERIALIZED VIEW direct AS SELECT count(*) AS n FROM json.`${landing}/1.json`;
        """,
        "raw.sql",
    )
    assert pipeline.run().ok
    assert pipeline.rows("other.raw") == [{"id": 2, "kind": "b", "file": "1.json"}]
    assert pipeline.rows("other.direct") == [{"n": 2}]
    pipeline.land("2.json", [{"id": 3, "kind": "c", "new": True}])
    results = pipeline.outcome()
    assert (results["raw"].rows, results["old"].rows) == (1, 1)
    assert [row["id"] for row in pipeline.rows("other.raw")] == [2, 3]
    assert pipeline.rows("other.old") == [{"id": 1}, {"id": 2}, {"id": 3}]


def test_a_batch_reads_all_files_each_time(pipeline):
    pipeline.source("CREATE MATERIALIZED VIEW raw AS SELECT * FROM read_files('${landing}/*')", "raw.sql")
    pipeline.source(
        """
        @dp.materialized_view
        def other():
            return spark.sql("SELECT id, _metadata.file_name AS file FROM read_files('/Volumes/sales/shop/landing/1.json')")
        """
    )
    pipeline.land("1.json", [{"id": 1, "at": "2025-03-01"}])
    assert pipeline.run().ok
    assert pipeline.rows("other") == [{"id": 1, "file": "1.json"}]
    pipeline.land("2.json", [{"id": "x", "new": True}])
    assert pipeline.run().ok
    # The types of all files together.
    assert pipeline.rows("raw") == [
        {"at": "2025-03-01", "id": "1", "new": None, "_rescued_data": None},
        {"at": None, "id": "x", "new": True, "_rescued_data": None},
    ]


def test_files_of_two_formats_need_a_word(pipeline):
    pipeline.land("1.json", [{"id": 1}])
    pipeline.land("1.csv", [])
    pipeline.source("CREATE MATERIALIZED VIEW raw AS SELECT * FROM read_files('${landing}')", "raw.sql")
    with pytest.raises(Failure, match="read_files cannot tell the format of landing"):
        pipeline.run(dry_run=True)


def test_what_is_no_query_is_refused_in_python_too(pipeline):
    pipeline.source(
        """
        @dp.materialized_view
        def settings():
            return spark.sql("SET spark.x = 1")
        """
    )
    with pytest.raises(Failure) as caught:
        pipeline.run()
    [problem] = caught.value.diagnostics
    assert (problem.summary, problem.location.line) == ("this is no query: SET spark.x = …", 6)
