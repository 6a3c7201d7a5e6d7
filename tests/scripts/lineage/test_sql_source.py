"""What a SQL source file writes and reads, and what it leaves out."""

from pathlib import Path
from textwrap import dedent

import pytest

from scripts.lineage.source import Kind
from scripts.lineage.sql_source import read_sql


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str, **configuration: str) -> list[tuple[str, Kind, int, list[tuple[str, int]]]]:
        file = tmp_path / "source.sql"
        file.write_text(dedent(text))
        return [
            (
                ".".join(definition.parts or ()),
                definition.kind,
                definition.location.line,
                [(".".join(read.parts), read.location.line) for read in definition.reads],
            )
            for definition in read_sql(file.read_bytes(), str(file), configuration).definitions
        ]

    return read


@pytest.mark.parametrize(
    ("statement", "name", "kind", "reads"),
    [
        ("CREATE MATERIALIZED VIEW a AS SELECT * FROM b", "a", Kind.TABLE, ["b"]),
        ("CREATE OR REFRESH STREAMING TABLE `a` AS SELECT * FROM STREAM(b)", "a", Kind.TABLE, ["b"]),
        ("create or refresh streaming live table a as select * from stream live.b", "a", Kind.TABLE, ["live.b"]),
        ("CREATE OR REPLACE MATERIALIZED VIEW c.s.a AS (SELECT * FROM b)", "c.s.a", Kind.TABLE, ["b"]),
        ("CREATE STREAMING TABLE IF NOT EXISTS a (id INT COMMENT 'AS SELECT') COMMENT 'x'", "a", Kind.TABLE, []),
        (
            "CREATE MATERIALIZED VIEW a (CONSTRAINT ok EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW) "
            "AS WITH w AS (SELECT * FROM b) SELECT * FROM w JOIN c USING (id)",
            "a",
            Kind.TABLE,
            ["b", "c"],
        ),
        ("CREATE TEMPORARY VIEW a AS SELECT 1", "a", Kind.VIEW, []),
        ("CREATE PRIVATE MATERIALIZED VIEW a AS SELECT * FROM b", "a", Kind.VIEW, ["b"]),
        ("CREATE FLOW f AS INSERT INTO a BY NAME SELECT * FROM STREAM b", "a", Kind.FLOW, ["b"]),
        ("CREATE FLOW f AS AUTO CDC INTO a FROM STREAM(b) KEYS (id) SEQUENCE BY t", "a", Kind.FLOW, ["b"]),
        ("CREATE FLOW f COMMENT 'INTO x' AS INSERT INTO ONCE a BY NAME SELECT * FROM b", "a", Kind.FLOW, ["b"]),
        ("CREATE STREAMING TABLE a FLOW AUTO CDC FROM STREAM b KEYS (id) SEQUENCE BY t", "a", Kind.TABLE, ["b"]),
        ("CREATE MATERIALIZED VIEW a AS SELECT cdc, auto FROM b JOIN `from` USING (id)", "a", Kind.TABLE, ["b", "from"]),
        ("APPLY CHANGES INTO a FROM STREAM c.s.b KEYS (id) SEQUENCE BY t", "a", Kind.FLOW, ["c.s.b"]),
        ("CREATE MATERIALIZED VIEW a AS SELECT * FROM read_files('/Volumes/x')", "a", Kind.TABLE, []),
        ("CREATE MATERIALIZED VIEW ${schema}.a AS SELECT * FROM ${schema}.b", "configured.a", Kind.TABLE, ["configured.b"]),
    ],
)
def test_a_statement(read, statement, name, kind, reads):
    assert read(statement, schema="configured") == [(name, kind, 1, [(table, 1) for table in reads])]


def test_several_statements(read):
    text = """\
        -- Orders, and what they add up to.
        CREATE STREAMING TABLE orders
        AS SELECT *
        FROM STREAM landed;

        SET x = 1;
        CREATE MATERIALIZED VIEW total AS
        SELECT ';' AS c
        FROM orders;
        """
    assert read(text) == [("orders", Kind.TABLE, 2, [("landed", 4)]), ("total", Kind.TABLE, 7, [("orders", 9)])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT * FROM a",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE",
        "USE SCHEMA s; CREATE VIEW a AS SELECT 1",
        "'",
    ],
)
def test_what_defines_nothing(read, text):
    assert read(text) == []


def test_what_the_parser_does_not_know(read, capfd):
    text = """\
        CREATE MATERIALIZED VIEW a AS SELECT struct(FROM b;
        CREATE MATERIALIZED VIEW c AS SELECT map('x') FROM d;
        CREATE MATERIALIZED VIEW e AS SELECT * FROM f;
        """
    assert [(name, reads) for name, _, _, reads in read(text)] == [("a", []), ("c", []), ("e", [("f", 3)])]
    assert capfd.readouterr() == ("", "")
