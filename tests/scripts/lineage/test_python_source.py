"""What a Python source file writes and reads, and what it leaves out."""

from pathlib import Path
from textwrap import dedent

import pytest

from scripts.lineage.python_source import read_python
from scripts.lineage.source import Kind

HEAD = """\
import dlt
from pyspark import pipelines as dp
from pyspark.pipelines import table as stored

"""


@pytest.fixture
def read(tmp_path: Path):
    """[(name, kind, line, [(table read, line)])] of a source file, lines counted after `HEAD`."""

    def read(code: str, **configuration: str) -> list[tuple[str | None, Kind, int, list[tuple[str, int]]]]:
        file = tmp_path / "source.py"
        file.write_text(HEAD + dedent(code))
        source = read_python(file.read_bytes(), str(file), configuration)
        assert source.problems == ()
        above = HEAD.count("\n")
        return [
            (
                ".".join(definition.parts) if definition.parts else None,
                definition.kind,
                definition.location.line - above,
                [(".".join(read.parts), read.location.line - above) for read in definition.reads],
            )
            for definition in source.definitions
        ]

    return read


@pytest.mark.parametrize(
    ("decorator", "name", "kind"),
    [
        ("dp.table", "orders", Kind.TABLE),
        ("dp.table()", "orders", Kind.TABLE),
        ("dp.materialized_view(comment='x')", "orders", Kind.TABLE),
        ("stored", "orders", Kind.TABLE),
        ("dlt.table(name='shop.orders')", "shop.orders", Kind.TABLE),
        ("dlt.table(name='a.`b`.c')", "a.b.c", Kind.TABLE),
        ("dlt.table(temporary=True)", "orders", Kind.VIEW),
        ("dp.temporary_view(name='v')", "v", Kind.VIEW),
        ("dlt.view", "orders", Kind.VIEW),
        ("dp.append_flow(target='all')", "all", Kind.FLOW),
        ("dp.table(name=f'{prefix()}_x')", None, Kind.TABLE),
        ("dp.table(name='a.b.c.d')", None, Kind.TABLE),
    ],
)
def test_a_decorator(read, decorator, name, kind):
    assert read(f"@{decorator}\ndef orders():\n    pass\n") == [(name, kind, 2, [])]


@pytest.mark.parametrize("decorator", ["dp.expect('a', 'b')", "other.table", "cache", "dp.x.table", "table"])
def test_other_decorators(read, decorator):
    assert read(f"@{decorator}\ndef orders():\n    pass\n") == []


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("dp.create_streaming_table('orders')", [("orders", Kind.TABLE, 1, [])]),
        ("dlt.create_streaming_table(name='orders', comment='x')", [("orders", Kind.TABLE, 1, [])]),
        ("dp.create_sink('out', 'kafka', {})", [("out", Kind.SINK, 1, [])]),
        (
            "dp.create_auto_cdc_flow(target='orders', source='changes', keys=['id'])",
            [("orders", Kind.FLOW, 1, [("changes", 1)])],
        ),
        ("dlt.apply_changes('orders', 'changes', ['id'])", [("orders", Kind.FLOW, 1, [("changes", 1)])]),
        ("create_streaming_table('orders')", []),
    ],
)
def test_a_call(read, call, found):
    assert read(call) == found


@pytest.mark.parametrize(
    ("expression", "tables"),
    [
        ("spark.read.table('a')", ["a"]),
        ("spark.readStream.table('a.b.c')", ["a.b.c"]),
        ("spark.readStream.option('x', 'y').format('delta').table('a')", ["a"]),
        ("spark.table(tableName='a')", ["a"]),
        ("dlt.read('a').join(dp.read_stream('b'))", ["a", "b"]),
        ("dlt.read('LIVE.a')", ["LIVE.a"]),
        ("spark.sql('SELECT * FROM a JOIN b.c USING (id) WHERE x IN (SELECT y FROM d)')", ["a", "b.c", "d"]),
        ("spark.sql('WITH a AS (SELECT * FROM b) SELECT * FROM a')", ["b"]),
        ("spark.read.table(CONSTANT)", ["shop.orders"]),
        ("spark.read.table(f'{SCHEMA}.orders')", ["shop.orders"]),
        ("spark.read.table(SCHEMA + '.orders')", ["shop.orders"]),
        ("spark.read.table(f\"{spark.conf.get('schema')}.orders\")", ["configured.orders"]),
        ("spark.read.table(spark.conf.get('nothing', 'x'))", ["x"]),
        ("helper('x')", ["inner"]),
        ("spark.createDataFrame([]).transform(helper)", ["inner"]),
        # Not known without running the file.
        ("spark.read.table(TWICE)", []),
        ("spark.read.table(argument)", []),
        ("spark.read.table(spark.conf.get('nothing'))", []),
        ("spark.read.table(f'{SCHEMA!r}.orders')", []),
        ("spark.read.table('orders'.upper())", []),
        ("spark.sql('SELECT * FROM {x}', x=1)", []),
        ("spark.sql('not a query at all (')", []),
        # Not reads of a table.
        ("spark.read.load('/Volumes/a')", []),
        ("catalog.table('a')", []),
        ("spark.read.table()", []),
        ("'spark.read.table(\"a\")'", []),
    ],
)
def test_what_a_dataset_reads(read, expression, tables):
    code = f"""\
        SCHEMA = "shop"
        CONSTANT = f"{{SCHEMA}}.orders"
        TWICE = "a"
        TWICE = "b"

        def helper(x):
            return spark.read.table("inner")

        @dp.table
        def orders(argument):
            return {expression}
        """
    [(_, _, _, reads)] = read(code, schema="configured")
    assert sorted(table for table, _ in reads) == tables


def test_lines(read):
    code = '''\
        @dp.table
        def orders():
            raw = (
                spark.read
                .table("raw")
            )
            more = spark.sql("""
                SELECT *
                FROM base
            """)
            return raw.union(more)
        '''
    assert read(code) == [("orders", Kind.TABLE, 2, [("raw", 5), ("base", 9)])]


def test_a_name_means_what_its_function_makes_of_it(read):
    code = """\
        source = "outer"

        @dp.table
        def first():
            return spark.read.table(source)

        @dp.table
        def second():
            source = "inner"
            return spark.read.table(source)

        def make(source):
            @dp.table(name=f"{source}_copy")
            def third():
                return spark.read.table(source)

        for source_of_all in ["a", "b"]:
            make(source_of_all)
        """
    assert [(name, reads) for name, _, _, reads in read(code)] == [
        ("first", [("outer", 5)]),
        ("second", [("inner", 10)]),
        (None, []),
    ]


def test_what_the_module_reads_is_read_for_each_of_its_datasets(read):
    code = """\
        rates = spark.read.table("rates")

        @dp.table
        def orders():
            return rates
        """
    assert read(code) == [("orders", Kind.TABLE, 4, [("rates", 1)])]


NOTEBOOK = """\
# Databricks notebook source
%pip install x
if True:
    !ls
import dlt
@dlt.table
def a():
    return dlt.read('b')
"""


def test_a_notebooks_magics(tmp_path):
    file = tmp_path / "notebook.py"
    file.write_text(NOTEBOOK)
    [definition] = read_python(file.read_bytes(), str(file), {}).definitions
    assert (definition.parts, [read.location.line for read in definition.reads]) == (("a",), [8])
    file.write_text(NOTEBOOK.partition("\n")[2])
    assert [one.summary for one in read_python(file.read_bytes(), str(file), {}).problems] == [
        "not valid Python: invalid syntax"
    ]
