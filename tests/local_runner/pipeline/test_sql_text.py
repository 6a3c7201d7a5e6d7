"""Which tables a query reads: by its scopes, not by its words."""

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.sql.text import refuse_in_pipelines, table_refs, with_aliases


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("select * from a.b.c", ["a.b.c"]),
        ("select * from `a-b`.`c d`.e as f", ["a-b.c d.e"]),
        ("select * from a, b join c on true where x in (select y from d) union all select 1 from e", list("abcde")),
        # A common table expression hides a table outside its own definition, and only there.
        ("with t as (select * from t) select * from t", ["t"]),
        ("with t as (select 1), u as (select * from cat.s.t) select * from t, u", ["cat.s.t"]),
        ("with t as (select 1) select * from (with t as (select * from v) select * from t), t", ["v"]),
        ("select * from t lateral view explode(z) as y", ["t"]),
        ("select v:a.b::int from t pivot (sum(x) for y in (1, 2))", ["t"]),
        ("select 'from a', \"from b\" from c -- from d\n/* from e */", ["c"]),
        ("values (1), (2)", []),
    ],
)
def test_the_tables_of_a_query(query, tables):
    assert sorted(".".join(ref.parts) for ref in table_refs(query)) == tables


@pytest.mark.parametrize(
    "query", ["select * from stream(t)", "select * from STREAM t", "select * from a join stream t on true"]
)
def test_a_table_read_as_a_stream(query):
    assert [ref.parts for ref in table_refs(query) if ref.streaming] == [("t",)]


@pytest.mark.parametrize(
    ("query", "rewritten"),
    [
        (
            "select t.x from stream(t) watermark x delay of interval 5 minutes group by 1",
            "select t.x from        ONE  watermark x delay of interval 5 minutes AS `t` group by 1",
        ),
        (
            "select 1 from stream t watermark x delay of interval 1 hour 30 minutes as a",
            "select 1 from        ONE watermark x delay of interval 1 hour 30 minutes as a",
        ),
        ("select 1 from t watermark f(x) as y delay of interval '5 minutes'", None),
        ("select watermark from t", "select watermark from ONE AS `t`"),
    ],
)
def test_a_watermark_stays_before_the_alias(query, rewritten):
    (ref,) = table_refs(query)
    text, (name,) = with_aliases(query, [ref])
    assert text.replace(name, "ONE") == (rewritten or query.replace("from t", "from ONE") + " AS `t`")


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("select * from t pivot (sum(x) for y in (1, 2))", "PIVOT is not supported in a pipeline"),
        ("select * from stream read_kafka(subscribe => 'x')", "read_kafka is not supported in local runs"),
    ],
)
def test_what_a_pipelines_query_may_not_have(query, refused):
    with pytest.raises(Failure, match=refused):
        refuse_in_pipelines(query)
    refuse_in_pipelines("select pivot, read_kafka from t unpivot (x for y in (a))")


def test_a_column_called_stream_is_none():
    assert [ref.streaming for ref in table_refs("select stream from stream")] == [False]


def test_only_the_names_of_tables_change():
    query = "with b as (select * from x.b) select x.b.id, 'x.b' from b join `x`.`b` on true"
    text, names = with_aliases(query, table_refs(query))
    for name, plain in zip(names, ["ONE", "TWO"], strict=True):
        text = text.replace(name, plain)
    assert text == "with b as (select * from ONE AS `b`) select b.id, 'x.b' from b join TWO AS `b` on true"


@pytest.mark.parametrize("query", ["select * from", "select map('x') from t", "drop table t", "select '"])
def test_what_is_no_query_is_refused_in_words(query):
    with pytest.raises(Failure):
        table_refs(query)
