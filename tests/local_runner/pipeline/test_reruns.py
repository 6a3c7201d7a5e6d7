"""The same rows on the first run, on the tenth, and after every kind of change between two runs."""

from collections import defaultdict
from decimal import Decimal

import pytest

from local_runner.diagnostics import Failure, Severity

SOURCE = """
    @dp.table
    def raw():
        return spark.readStream.schema("id int, kind string, amount int").json(spark.conf.get("landing"))

    @dp.materialized_view
    def base():
        return spark.read.table("raw").dropDuplicates(["id"]).withColumn("kind", F.upper("kind"))

    @dp.materialized_view
    def final():
        return spark.read.table("base").groupBy("kind").agg(F.sum("amount").alias("total"), F.count("*").alias("n"))

    @dp.table
    def copy():
        return spark.readStream.table("raw").where("amount > 0")
"""
FIRST = [{"id": id, "kind": "ab"[id % 2], "amount": id - 2} for id in [1, 2, 3, 4, 5, 5, 3]]
SECOND = [{"id": id, "kind": "abc"[id % 3], "amount": id} for id in [5, 6, 7, 8]]


def totals(records):
    """What `final` must hold, by plain Python. Rows of one id are alike here but for 5, whose twin comes later."""
    first = {}
    for record in records:
        first.setdefault(record["id"], record)
    groups = defaultdict(list)
    for record in first.values():
        groups[record["kind"].upper()].append(record["amount"])
    return [{"kind": kind, "total": sum(amounts), "n": len(amounts)} for kind, amounts in sorted(groups.items())]


def raw(records):
    return sorted(records, key=lambda row: [str(value) for value in row.values()])


def positive(records):
    return raw(record for record in records if record["amount"] > 0)


@pytest.mark.slow
def test_ten_runs_give_the_rows_of_one(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    for _ in range(10):
        assert pipeline.run().ok
        assert pipeline.rows("raw") == raw(FIRST)
        assert pipeline.rows("copy") == positive(FIRST)
        assert pipeline.rows("final") == totals(FIRST)


def test_a_file_between_runs_adds_its_rows_once(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    more = [record for record in SECOND if record["id"] != 5]
    pipeline.land("2.json", more)
    results = pipeline.outcome()
    assert results["raw"].rows == len(more)
    assert results["copy"].rows == len(more)
    assert pipeline.rows("raw") == raw(FIRST + more)
    assert pipeline.rows("copy") == positive(FIRST + more)
    assert pipeline.rows("final") == totals(FIRST + more)


@pytest.mark.slow
def test_a_file_older_than_the_others_is_read_too(pipeline):
    import os

    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    late = [{"id": 90, "kind": "z", "amount": 1}]
    pipeline.land("0.json", late)
    os.utime(pipeline.root / "fixtures/sales/shop/landing/0.json", (1, 1))
    pipeline.run()
    assert pipeline.rows("raw") == raw(FIRST + late)


@pytest.mark.slow
def test_files_that_changed_after_a_stream_had_read_them_are_warned_of(pipeline):
    pipeline.source("""
        @dp.table
        def raw():
            files = spark.readStream.format("cloudFiles").option("cloudFiles.format", "json")
            return files.schema("id int").load(spark.conf.get("landing"))
    """)
    pipeline.land("1 märz.json", [{"id": 1}])
    pipeline.land("2.json", [{"id": 2}])
    pipeline.land("3.json", [{"id": 3}])
    assert pipeline.outcome()["raw"].warnings == []
    pipeline.land("1 märz.json", [{"id": 10}])
    pipeline.land("2.json", [{"id": 20}])
    (warning,) = pipeline.outcome()["raw"].warnings
    first = pipeline.root / "fixtures/sales/shop/landing/1 märz.json"
    assert warning.severity is Severity.WARNING
    assert warning.summary == f"raw read {first} and 1 more before they were last saved: a stream reads a file once"
    assert warning.remedy == "Read all files again: --full-refresh raw"
    assert pipeline.rows("raw") == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert pipeline.outcome(full_refresh={"raw"})["raw"].warnings == []
    assert pipeline.rows("raw") == [{"id": 10}, {"id": 20}, {"id": 3}]


def test_full_refresh_computes_everything_from_what_is_there(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    pipeline.source(SOURCE.replace("amount > 0", "amount > 1"))
    assert pipeline.run(full_refresh_all=True).ok
    assert pipeline.rows("raw") == raw(FIRST)
    assert pipeline.rows("copy") == raw(record for record in FIRST if record["amount"] > 1)


def test_a_stream_whose_source_was_made_anew_says_so_and_keeps_its_rows(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    assert pipeline.run(full_refresh=frozenset({"raw"})).ok
    copy = pipeline.outcome()["copy"]
    assert copy.status.value == "failed"
    assert copy.problem.summary == "sales.shop.raw was made anew since copy last read it: its rows would be counted twice"
    assert pipeline.rows("copy") == positive(FIRST)
    assert pipeline.run(full_refresh=frozenset({"copy"})).ok
    assert pipeline.rows("copy") == positive(FIRST)


def test_refresh_writes_only_what_is_named(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    pipeline.land("2.json", SECOND[1:])
    statuses = {name: result.status.value for name, result in pipeline.outcome(refresh=frozenset({"raw"})).items()}
    assert statuses == {"raw": "completed", "base": "excluded", "final": "excluded", "copy": "excluded"}
    assert pipeline.rows("raw") == raw(FIRST + SECOND[1:])
    assert pipeline.rows("final") == totals(FIRST)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("bse", "Did you mean base?"),
        ("sales.shop.fnal", "Did you mean sales.shop.final?"),
        ("x", "It has: base, copy, final, raw"),
    ],
)
def test_a_name_that_is_no_dataset_is_refused_and_nothing_changes(pipeline, name, remedy):
    pipeline.source(SOURCE)
    for option in ("refresh", "full_refresh"):
        with pytest.raises(Failure) as caught:
            pipeline.run(**{option: frozenset({name})})
        (problem,) = caught.value.diagnostics
        assert (problem.summary, problem.remedy) == (f"this pipeline has no dataset {name}", remedy)
    assert pipeline.store.all() == []


def test_what_is_not_asked_for_is_excluded_also_where_an_upstream_fails(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    assert pipeline.run().ok

    def statuses(asked):
        return {name: result.status.value for name, result in pipeline.outcome(refresh=frozenset(asked)).items()}

    # A query that fails on its rows; then one that does not work at all, so that nothing after it can.
    pipeline.source(SOURCE.replace('F.upper("kind")', "F.expr('1 / (amount - amount)')"))
    assert statuses({"base"}) == {"raw": "excluded", "base": "failed", "final": "excluded", "copy": "excluded"}
    pipeline.source(SOURCE.replace('F.upper("kind")', 'F.upper("knd")'))
    assert statuses({"copy"}) == {"raw": "excluded", "base": "failed", "final": "excluded", "copy": "completed"}
    assert statuses({"final"}) == {"raw": "excluded", "base": "failed", "final": "skipped", "copy": "excluded"}


def test_a_dry_run_gives_the_graph_and_columns_and_writes_nothing(pipeline):
    given = pipeline.root / "fixtures" / "samples" / "shop" / "kinds.csv"
    given.parent.mkdir(parents=True)
    given.write_text("kind,sort\na,1\n")
    pipeline.source(
        SOURCE
        + """
    @dp.temporary_view
    def named():
        return spark.read.table("base").join(spark.read.table("samples.shop.kinds"), "kind")

    @dp.materialized_view
    def report():
        return spark.read.table("named").select("sort", "id")
"""
    )
    pipeline.land("1.json", FIRST)
    results = pipeline.outcome(dry_run=True)
    assert {name: result.reads for name, result in results.items()} == {
        "raw": [],
        "base": ["sales.shop.raw"],
        "final": ["sales.shop.base"],
        "copy": ["sales.shop.raw"],
        "named": ["sales.shop.base", "samples.shop.kinds"],
        "report": ["sales.shop.named"],
    }
    assert results["final"].columns == {"kind": "string", "total": "bigint", "n": "bigint"}
    assert results["report"].columns == {"sort": "int", "id": "int"}
    assert results["named"].kind == "temporary view"
    assert {result.status.value for result in results.values()} == {"completed"}
    assert pipeline.store.all() == []


def test_a_changed_query_of_a_materialized_view_gives_its_own_rows(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    pipeline.source(SOURCE.replace('F.count("*").alias("n")', "F.lit(7).alias('n')"))
    pipeline.run()
    assert pipeline.rows("final") == [{**row, "n": 7} for row in totals(FIRST)]


def test_a_renamed_column_of_a_streaming_table_leaves_the_old_rows_under_the_old_name(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST[:1])
    pipeline.run()
    pipeline.source(SOURCE.replace('where("amount > 0")', 'withColumnRenamed("kind", "sort")'))
    pipeline.land("2.json", SECOND[:1])
    assert pipeline.run(full_refresh=frozenset({"copy"})).ok
    pipeline.source(SOURCE.replace('where("amount > 0")', 'withColumnRenamed("kind", "type")'))
    assert pipeline.run().ok
    both = pipeline.rows("copy")
    assert [set(row) for row in both] == [{"id", "sort", "amount", "type"}] * 2
    assert {(row["id"], row["sort"], row["type"]) for row in both} == {(1, "b", None), (5, None, "c")}


def test_a_column_that_changes_its_type_is_refused_and_the_table_kept(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    pipeline.source(SOURCE.replace('where("amount > 0")', 'where("amount > 0").withColumn("amount", F.lit("x"))'))
    pipeline.land("2.json", SECOND)
    copy = pipeline.outcome()["copy"]
    assert copy.problem.summary == "copy.amount is now string, not int"
    assert (copy.problem.location.file, copy.problem.location.line) == (str(pipeline.root / "src/source.py"), 16)
    assert pipeline.rows("copy") == positive(FIRST)


def test_a_dataset_that_is_removed_is_not_run_any_more(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    pipeline.run()
    pipeline.source(SOURCE[: SOURCE.index("@dp.table\n    def copy")])
    assert set(pipeline.outcome()) == {"raw", "base", "final"}


def test_decimals_and_times_come_through_exactly(pipeline):
    pipeline.source("""
        @dp.materialized_view
        def exact():
            return spark.sql("select 0.1BD + 0.2BD as d, timestamp'2024-03-31T02:30:00+02:00' as t, cast('9'*1 as int) as i")
    """)
    assert pipeline.run().ok
    row = pipeline.rows("exact")[0]
    assert row["d"] == Decimal("0.3")
    assert row["t"].isoformat() == "2024-03-31T00:30:00+00:00"


@pytest.mark.slow
def test_what_a_query_caches_is_no_later_runs_input(pipeline):
    cached = """
    @dp.materialized_view
    def cached():
        frame = spark.read.table("raw").cache()
        frame.count()
        return frame.persist()
"""
    pipeline.source(SOURCE + cached)
    pipeline.land("1.json", FIRST)
    assert pipeline.run().ok
    pipeline.land("2.json", SECOND[1:])
    assert pipeline.run().ok
    assert pipeline.rows("cached") == raw(FIRST + SECOND[1:])
    assert pipeline.rows("final") == totals(FIRST + SECOND[1:])


@pytest.mark.slow
def test_rows_read_outside_the_query_function_are_not_taken_for_this_runs(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST)
    assert pipeline.run().ok
    outside = """
    before = spark.read.table("raw")
    number = before.count()

    @dp.materialized_view
    def direct():
        return before.dropDuplicates(["id"])

    @dp.materialized_view
    def by_sql():
        return spark.sql("select * from {rows} join sales.shop.base using (id)", rows=before.where("id > 1"))

    @dp.materialized_view
    def allowed():
        return spark.range(number)
"""
    pipeline.source(SOURCE + outside)
    pipeline.land("2.json", SECOND)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [(problem.summary, problem.remedy, problem.location.line) for problem in caught.value.diagnostics] == [
        (
            f"{table} uses sales.shop.raw, which was read outside its query function: as the last run left it",
            "Read it in the function",
            line,
        )
        for table, line in (("direct", 23), ("by_sql", 27))
    ]
    assert pipeline.rows("raw") == raw(FIRST)


@pytest.mark.slow
def test_a_run_leaves_no_session_on_the_server(pipeline, monkeypatch):
    clones = []
    clone = type(pipeline.spark).cloneSession

    def noted(session, *arguments):
        clones.append(clone(session, *arguments))
        return clones[-1]

    monkeypatch.setattr(type(pipeline.spark), "cloneSession", noted)
    pipeline.source(SOURCE.replace("@dp.table", "@dp.table(spark_conf={'spark.sql.shuffle.partitions': '2'})"))
    pipeline.land("1.json", FIRST)
    assert pipeline.run().ok
    assert [session.is_stopped for session in clones] == [True, True]
    assert not pipeline.spark.is_stopped
    assert pipeline.spark.streams.active == []


@pytest.mark.slow
def test_a_stream_that_is_another_query_now_says_so_and_goes_on_when_it_is_as_before(pipeline):
    streams = """
    @dp.table
    def twice():
        return spark.readStream.table("raw").unionAll(spark.readStream.table("raw"))

    @dp.table
    def first():
        return spark.readStream.table("raw").dropDuplicates(["id"])
"""
    pipeline.source(SOURCE + streams)
    pipeline.land("1.json", [{"id": 1, "kind": "a", "amount": 1}])
    assert pipeline.run().ok
    pipeline.source(SOURCE + streams.replace('.unionAll(spark.readStream.table("raw"))', "").replace('["id"]', '["kind"]'))
    pipeline.land("2.json", [{"id": 1, "kind": "b", "amount": 1}])
    results = pipeline.outcome()
    for table in ("twice", "first"):
        assert results[table].problem.summary.startswith(f"the stream {table} has become another query")
        assert results[table].problem.remedy.startswith(f"Make {table} anew: --full-refresh {table}.")
    pipeline.source(SOURCE + streams)
    assert pipeline.run().ok
    assert sorted(row["kind"] for row in pipeline.rows("twice")) == ["a", "a", "b", "b"]
    assert [row["kind"] for row in pipeline.rows("first")] == ["a"]


@pytest.mark.slow
def test_a_fixture_that_is_edited_is_not_half_read_by_a_stream(pipeline):
    fixture = pipeline.root / "fixtures/samples/shop/trips.csv"
    fixture.parent.mkdir(parents=True)
    fixture.write_text("id\n1\n")
    pipeline.source("""
    @dp.table
    def trips():
        return spark.readStream.table("samples.shop.trips")

    @dp.materialized_view
    def number():
        return spark.read.table("samples.shop.trips").agg(F.count("*").alias("n"))
""")
    assert pipeline.run().ok
    assert pipeline.run().ok
    fixture.write_text("id\n1\n2\n")
    results = pipeline.outcome()
    assert results["trips"].problem.summary == (
        "the fixture of samples.shop.trips was edited since trips last read it: a stream reads a file once"
    )
    assert results["trips"].problem.remedy.splitlines()[0] == "Make trips anew too: --full-refresh trips"
    assert (pipeline.rows("trips"), pipeline.rows("number")) == ([{"id": 1}], [{"n": 2}])
    assert pipeline.run(full_refresh=frozenset({"trips"})).ok
    assert pipeline.rows("trips") == [{"id": 1}, {"id": 2}]


@pytest.mark.slow
def test_a_table_that_becomes_another_kind_of_dataset_keeps_its_rows_until_it_is_made_anew(pipeline):
    streaming = """
    @dp.table
    def rows():
        return spark.readStream.table("raw")
"""
    pipeline.source(SOURCE + streaming)
    pipeline.land("1.json", FIRST)
    assert pipeline.run().ok
    pipeline.source(SOURCE + streaming.replace("@dp.table", "@dp.materialized_view").replace("readStream", "read"))
    problem = pipeline.outcome()["rows"].problem
    assert problem.summary == "rows has become another kind of dataset: materialized view, not streaming table any more"
    assert problem.remedy.splitlines()[0] == "Make it anew: --full-refresh rows"
    assert pipeline.rows("rows") == raw(FIRST)
    assert pipeline.run(full_refresh=frozenset({"rows"})).ok
    assert pipeline.store.lookup("rows").kind == "materialized view"


@pytest.mark.slow
def test_a_column_that_changes_its_case_stays_one_column(pipeline):
    pipeline.source(SOURCE)
    pipeline.land("1.json", FIRST[:1])
    assert pipeline.run().ok
    pipeline.source(SOURCE.replace('where("amount > 0")', 'withColumnRenamed("kind", "Kind").withColumn("more", F.lit(1))'))
    pipeline.land("2.json", SECOND[:1])
    assert pipeline.run().ok
    assert pipeline.rows("copy") == [{**SECOND[0], "more": 1}]
    pipeline.land("3.json", SECOND[1:2])
    pipeline.source(SOURCE.replace('where("amount > 0")', 'withColumnRenamed("id", "ID")'))
    assert pipeline.run().ok
    assert pipeline.rows("copy") == [{**SECOND[0], "more": 1}, {**SECOND[1], "more": None}]


@pytest.mark.slow
def test_variants_of_many_files_are_values(pipeline):
    pipeline.source("""
        @dp.table
        def docs():
            lines = spark.readStream.schema("id int, doc string").json(spark.conf.get("landing"))
            return lines.select("id", F.try_parse_json("doc").alias("doc"))

        @dp.materialized_view
        def cities():
            return spark.sql("select id, doc:at.city::string as city from docs")
    """)
    pipeline.land("1.json", [{"id": 1, "doc": '{"at": {"city": "Oslo"}, "n": 1.10}'}, {"id": 2}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 3, "doc": '[1, "x"]'}])
    assert pipeline.run().ok
    assert [row["doc"] for row in pipeline.rows("docs")] == [{"at": {"city": "Oslo"}, "n": Decimal("1.1")}, None, [1, "x"]]
    assert [row["city"] for row in pipeline.rows("cities")] == ["Oslo", None, None]
