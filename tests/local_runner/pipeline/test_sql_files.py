"""What SQL source files are read as, and what is refused before Spark starts."""

from pathlib import Path
from textwrap import dedent

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.definitions import Action, Definitions, Kind
from local_runner.pipeline.sql.auto_cdc import AutoCdc
from local_runner.pipeline.sql.files import SqlScope, read_sql_file, read_statements, record
from local_runner.pipeline.sql.statements import parse_statements

PARAMETERS = {"cat": "archive", "landing.path": "/Volumes/a/b/c"}


def statements(text):
    return parse_statements(dedent(text), "a.sql", dict(PARAMETERS))


def only(text):
    [statement] = statements(text)
    return statement


def refusals(text):
    """Each diagnostic as `line: summary`."""
    with pytest.raises(Failure) as caught:
        read_statements(dedent(text), Path("a.sql"), dict(PARAMETERS))
    return [f"{one.location.line}: {one.summary}" for one in caught.value.diagnostics]


def definitions(text):
    found = Definitions("sales", "shop")
    record(read_statements(dedent(text), Path("a.sql"), dict(PARAMETERS)), found, None, SqlScope())
    return found


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("CREATE STREAMING TABLE", Kind.STREAMING_TABLE),
        ("CREATE OR REFRESH STREAMING TABLE", Kind.STREAMING_TABLE),
        ("create or refresh private streaming table if not exists", Kind.STREAMING_TABLE),
        ("CREATE OR REFRESH STREAMING LIVE TABLE", Kind.STREAMING_TABLE),
        ("CREATE TEMPORARY STREAMING LIVE TABLE", Kind.STREAMING_TABLE),
        ("CREATE MATERIALIZED VIEW", Kind.MATERIALIZED_VIEW),
        ("CREATE OR REPLACE MATERIALIZED VIEW", Kind.MATERIALIZED_VIEW),
        ("CREATE OR REFRESH LIVE TABLE", Kind.MATERIALIZED_VIEW),
        ("CREATE TABLE", Kind.MATERIALIZED_VIEW),
        ("CREATE TEMPORARY VIEW", Kind.TEMPORARY_VIEW),
        ("CREATE TEMPORARY LIVE VIEW", Kind.TEMPORARY_VIEW),
        ("CREATE STREAMING LIVE VIEW", Kind.TEMPORARY_VIEW),
        ("CREATE TEMPORARY STREAMING VIEW", Kind.TEMPORARY_VIEW),
        ("CREATE LIVE VIEW", Kind.TEMPORARY_VIEW),
    ],
)
def test_the_spellings_of_a_dataset(head, kind):
    statement = only(f"{head} t AS SELECT 1 AS a")
    assert (statement.kind, statement.name, statement.flow.text) == (kind, ("t",), "SELECT 1 AS a")


def test_clauses_and_columns():
    statement = only(
        """
        CREATE STREAMING TABLE ${cat}.`a.b`.t (
          id BIGINT NOT NULL COMMENT 'it''s; the "key"',
          parts ARRAY<STRUCT<x: INT, price: DECIMAL(10, 2)>>,
          `odd ``name` MAP<STRING, ARRAY<INT>> PRIMARY KEY RELY,
          CONSTRAINT positive EXPECT (id > 0 AND (id < 9 OR parts IS NULL)),
          CONSTRAINT whole EXPECT (parts IS NOT NULL) ON VIOLATION DROP ROW,
          CONSTRAINT sure EXPECT (id <> 3) ON VIOLATION FAIL UPDATE,
          CONSTRAINT pk PRIMARY KEY (id), FOREIGN KEY (id) REFERENCES other (id)
        )
        USING DELTA
        PARTITIONED BY (id, day)
        CLUSTER BY (id)
        TBLPROPERTIES ('quality' = 'gold', pipelines.reset.allowed = false)
        COMMENT "one; two"
        AS SELECT 1
        """
    )
    assert statement.name == ("archive", "a.b", "t")
    assert statement.columns.ddl == (
        "`id` BIGINT COMMENT 'it\\'s; the \"key\"', "
        "`parts` ARRAY<STRUCT<x: INT, price: DECIMAL(10, 2)>>, "
        "`odd ``name` MAP<STRING, ARRAY<INT>>"
    )
    assert [(rule.name, rule.condition, rule.action) for rule in statement.columns.expectations] == [
        ("id NOT NULL", "`id` IS NOT NULL", Action.FAIL),
        ("positive", "id > 0 AND (id < 9 OR parts IS NULL)", Action.WARN),
        ("whole", "parts IS NOT NULL", Action.DROP),
        ("sure", "id <> 3", Action.FAIL),
    ]
    assert statement.partition_cols == ("id", "day")
    assert statement.properties == {"quality": "gold", "pipelines.reset.allowed": "false"}
    assert statement.comment == "one; two"


def test_the_query_stays_the_persons_own_and_keeps_its_lines():
    _, statement = statements(
        """\
        SET day = '2025-01-01';
        CREATE MATERIALIZED VIEW t
        AS
        -- what matters
        SELECT  a ,';' /* no; end */ AS b
        FROM   STREAM( x ) WHERE d > ${day} AND p = '${landing.path}'  -- ${nothing}
        ;
        """
    )
    assert statement.location.line == 2
    assert statement.flow.location.line == 5
    assert statement.flow.text == (
        "\n\n\n\nSELECT  a ,';' /* no; end */ AS b\nFROM   STREAM( x ) WHERE d > '2025-01-01' AND p = '/Volumes/a/b/c'"
    )


def test_set_and_use_reach_what_comes_after_them():
    found = definitions(
        """
        CREATE STREAMING TABLE one;
        USE SCHEMA b;
        CREATE STREAMING TABLE two;
        CREATE TEMPORARY VIEW seen AS SELECT 1;
        USE CATALOG a;
        SET spark.sql.shuffle.partitions = 3;
        CREATE STREAMING TABLE three;
        USE x.y;
        CREATE FLOW f AS INSERT INTO LIVE.one BY NAME SELECT 1;
        CREATE FLOW g AS INSERT INTO two BY NAME SELECT 1;
        CREATE STREAMING TABLE two;
        """
    )
    assert [str(name) for name in found.datasets] == [
        "sales.shop.one",
        "sales.b.two",
        "sales.shop.seen",
        "a.b.three",
        "x.y.two",
    ]
    assert [(flow.name, str(flow.target), flow.spark_conf) for flow in found.flows] == [
        ("seen", "sales.shop.seen", {}),
        ("f", "sales.shop.one", {"spark.sql.shuffle.partitions": "3"}),
        ("g", "x.y.two", {"spark.sql.shuffle.partitions": "3"}),
    ]
    assert [dataset.location.line for dataset in found.datasets.values()] == [2, 4, 5, 8, 12]


def test_flows():
    once, cdc, apply, own = statements(
        """
        CREATE FLOW f COMMENT 'c' AS INSERT INTO ONCE a.t BY NAME FROM x SELECT 1;
        CREATE FLOW g AS AUTO CDC INTO t FROM STREAM(cdc.`us ers`) KEYS (id, `a b`) IGNORE NULL UPDATES
          APPLY AS DELETE WHEN op = 'D' AND n < 5 APPLY AS TRUNCATE WHEN op = 'T'
          SEQUENCE BY struct(ts, n) COLUMNS * EXCEPT (op, n) STORED AS SCD TYPE 2 TRACK HISTORY ON * EXCEPT (city);
        APPLY CHANGES INTO live.t FROM stream(live.s) KEYS (id) SEQUENCE BY n COLUMNS id, name;
        CREATE STREAMING TABLE u FLOW AUTO CDC FROM STREAM s KEYS (id) SEQUENCE BY n STORED AS SCD TYPE 1
        """
    )
    assert (once.name, once.target, once.once, once.flow.text.strip()) == ("f", ("a", "t"), True, "FROM x SELECT 1")
    assert (cdc.name, cdc.target, cdc.once) == ("g", ("t",), False)
    assert cdc.flow == AutoCdc(
        {
            "source": "`cdc`.`us ers`",
            "keys": ["id", "a b"],
            "ignore_null_updates": True,
            "apply_as_deletes": "op = 'D' AND n < 5",
            "apply_as_truncates": "op = 'T'",
            "sequence_by": "struct(ts, n)",
            "except_column_list": ["op", "n"],
            "stored_as_scd_type": "2",
            "track_history_except_column_list": ["city"],
        }
    )
    assert (apply.name, apply.target) == (None, ("live", "t"))
    assert apply.flow.arguments["column_list"] == ["id", "name"]
    assert own.flow.arguments == {"source": "`s`", "keys": ["id"], "sequence_by": "n", "stored_as_scd_type": "1"}


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("CREATE SINK s WITH (FORMAT = 'kafka')", "CREATE SINK is not supported in a pipeline's SQL in local runs"),
        ("CREATE FUNCTION f() RETURNS INT RETURN 1", "CREATE FUNCTION is not supported in a pipeline's SQL in local runs"),
        ("INSERT INTO t SELECT 1", "INSERT is not supported in a pipeline's SQL in local runs"),
        ("DROP TABLE t", "DROP is not supported in a pipeline's SQL in local runs"),
        ("SET TIME ZONE 'UTC'", "SET TIME ZONE 'UTC' is not supported in a pipeline's SQL in local runs"),
        ("CREATE VIEW v AS SELECT 1", "CREATE VIEW is not supported in local runs: a view that is published"),
        ("CREATE TABLE t LOCATION '/x' AS SELECT 1", "LOCATION is not supported in local runs"),
        ("CREATE TABLE t WITH ROW FILTER f ON (a) AS SELECT 1", "WITH ROW FILTER is not supported in local runs"),
        ("CREATE TABLE t (a INT MASK f) AS SELECT 1", "MASK of column a is not supported in local runs"),
        ("CREATE TABLE t (a INT, b) AS SELECT 1", "column b has no type, and others have"),
        ("CREATE TABLE t (CONSTRAINT c CHECK (a > 0)) AS SELECT 1", "constraint c is not supported in local runs"),
        ("CREATE OR REFRESH MATERIALISED VIEW t AS SELECT 1", "'MATERIALISED' is not expected after CREATE"),
        ("hello world", "no SQL statement starts with 'hello'"),
        ("CREATE TABLE t COMENT 'x' AS SELECT 1", "no clause starts with 'COMENT'"),
        ("CREATE TABLE t WITH x AS (SELECT 1) SELECT * FROM x", "AS is expected here, not 'WITH x AS'"),
        ("CREATE MATERIALIZED VIEW t", "AS is expected here, not the end of the statement"),
        ("CREATE TABLE t AS SELECT FROM WHERE", "this SQL cannot be parsed"),
        ("CREATE TABLE t AS TABLE x", "a query that starts with TABLE is not supported in local runs"),
        ("CREATE TABLE t AS DELETE FROM x", "this is no query: DELETE FROM x"),
        ("CREATE TABLE t AS SELECT * FROM x WHERE a = :since", "the parameter :since has no value in a source file"),
        ("CREATE TABLE t AS SELECT ${typo}", "there is no value for ${typo}"),
        ("CREATE TABLE t AS SELECT * FROM '${typo}'", "there is no value for ${typo}"),
        ("CREATE TABLE t AS SELECT 'a", "a quote or a comment is not closed"),
        ("CREATE FLOW f AS INSERT INTO t SELECT 1", "BY NAME is expected here, not 'SELECT'"),
        ("CREATE FLOW f AS INSERT INTO t REPLACE WHERE a BY NAME SELECT 1", "REPLACE WHERE is not supported in local runs"),
        ("APPLY CHANGES INTO t FROM STREAM(s) SEQUENCE BY n", "AUTO CDC has no KEYS"),
        ("APPLY CHANGES INTO t FROM STREAM(s) KEYS (id)", "AUTO CDC has no SEQUENCE BY"),
        ("APPLY CHANGES INTO t FROM s KEYS (id) SEQUENCE BY n", "the source of AUTO CDC must be a stream"),
        ("CREATE TABLE IDENTIFIER('a.b') AS SELECT 1", "IDENTIFIER() is not supported in local runs"),
    ],
)
def test_what_is_refused_by_name_with_its_line(text, refused):
    assert refusals(f"-- a comment\nSET a = 'b';\n\n{text}") == [f"4: {refused}"]


def test_every_wrong_statement_of_a_file_is_named():
    assert refusals("DROP TABLE t;\nCREATE TABLE u AS SELECT 1;\nGRANT SELECT ON t TO you;\n") == [
        "1: DROP is not supported in a pipeline's SQL in local runs",
        "3: GRANT is not supported in a pipeline's SQL in local runs",
    ]


def test_a_query_that_defines_nothing(tmp_path):
    path = tmp_path / "a.sql"
    path.write_text("SET a = 1;\nSELECT ${a}")
    with pytest.raises(Failure, match="this query defines nothing"):
        read_sql_file(path, {})


def test_a_name_that_is_taken():
    with pytest.raises(Failure, match="t is defined twice"):
        definitions("CREATE TABLE t AS SELECT 1; CREATE TABLE T AS SELECT 2")
