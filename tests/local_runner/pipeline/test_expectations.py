"""Expectations: which rows stay, how many failed each rule, and what a person reads where one fails the update."""

import pytest

from local_runner.diagnostics import Failure

ROWS = [{"id": 1, "n": 5}, {"id": 2, "n": -1}, {"id": 3}, {"id": None, "n": 7}, {"n": -2}]


def counts(result):
    return {rule.name: (rule.passed, rule.failed) for rule in result.expectations}


def test_each_kind_on_a_batch_and_on_a_stream_of_many_batches(pipeline):
    pipeline.source("""
        rules = {"has_id": "id IS NOT NULL", "small": F.col("n") < 6}

        @dp.expect("positive", "n > 0")
        @dp.table
        @dp.expect_all_or_drop(rules)
        @dp.expect_or_fail("sane", "n < 100 or n is null")
        def stream():
            files = spark.readStream.schema("id int, n int").option("maxFilesPerTrigger", 1)
            return files.json(spark.conf.get("landing"))

        @dp.expect_all_or_drop(rules)
        @dp.materialized_view
        @dp.expect_or_fail("sane", "n < 100 or n is null")
        @dp.expect("positive", "n > 0")
        def batch():
            return spark.read.schema("id int, n int").json(spark.conf.get("landing"))
    """)
    for index, row in enumerate(ROWS):
        pipeline.land(f"{index}.json", [row])
    results = pipeline.outcome()
    # A rule that is NULL for a row has failed: three rows have n > 0 false or NULL, two an n that is not < 6.
    expected = {"has_id": (3, 2), "small": (3, 2), "positive": (2, 3), "sane": (5, 0)}
    kept = [{"id": 1, "n": 5}, {"id": 2, "n": -1}]
    for name in ("stream", "batch"):
        assert counts(results[name]) == expected
        assert results[name].rows == len(kept)
        assert pipeline.rows(name) == kept
    # In the order of the source, above and below the dataset's own decorator.
    assert list(counts(results["stream"])) == ["positive", "has_id", "small", "sane"]
    assert list(counts(results["batch"])) == ["has_id", "small", "sane", "positive"]
    again = pipeline.outcome()
    assert counts(again["stream"]) == dict.fromkeys(expected, (0, 0))
    assert counts(again["batch"]) == expected


def test_a_failed_update_names_rule_and_row_and_keeps_the_last_good_table(pipeline):
    pipeline.source("""
        @dp.table
        @dp.expect_or_fail("positive", "n > 0")
        def stream():
            return spark.readStream.schema("id int, n int").json(spark.conf.get("landing"))

        @dp.materialized_view
        @dp.expect_all_or_fail({"positive": "n > 0"})
        def batch():
            return spark.read.schema("id int, n int").json(spark.conf.get("landing"))

        @dp.materialized_view
        def after():
            return spark.read.table("stream")
    """)
    good = [{"id": 1, "n": 1}]
    pipeline.land("1.json", good)
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 2, "n": None}])
    result = pipeline.run()
    assert not result.ok
    results = {dataset.name: dataset for dataset in result.datasets}
    for name, line in (("stream", 4), ("batch", 9)):
        problem = results[name].problem
        assert problem.summary == f'{name}: expectation positive failed: the row {{"id":2,"n":null}}'
        assert (problem.location.line, problem.location.file[-9:]) == (line, "source.py")
        assert pipeline.rows(name) == good
    assert results["after"].reason == "upstream stream failed"
    # The row is mended at its source: nothing is lost, nothing comes twice.
    pipeline.land("2.json", [{"id": 2, "n": 2}])
    assert pipeline.run().ok
    assert pipeline.rows("stream") == pipeline.rows("batch") == [*good, {"id": 2, "n": 2}]


def test_a_view_applies_its_rules_where_it_is_read(pipeline):
    pipeline.source("""
        @dp.temporary_view
        @dp.expect_or_drop("has_id", "id IS NOT NULL")
        @dp.expect("positive", "n > 0")
        def clean():
            return spark.readStream.table("raw")

        @dp.temporary_view
        @dp.expect_or_drop("has_id", "id IS NOT NULL")
        def clean_batch():
            return spark.read.table("raw")

        @dp.table
        def raw():
            return spark.readStream.schema("id int, n int").json(spark.conf.get("landing"))

        @dp.table
        @dp.expect("first", "id = 1")
        def stream():
            return spark.readStream.table("clean")

        @dp.materialized_view
        def by_name():
            return spark.read.table("clean_batch").groupBy().agg(F.count("*").alias("rows"))

        @dp.materialized_view
        def by_sql():
            return spark.sql("select id from clean_batch")
    """)
    pipeline.land("1.json", ROWS)
    results = pipeline.outcome()
    assert pipeline.rows("stream") == [{"id": 1, "n": 5}, {"id": 2, "n": -1}, {"id": 3, "n": None}]
    assert counts(results["stream"]) == {"clean.has_id": (3, 2), "clean.positive": (2, 3), "first": (1, 2)}
    assert pipeline.rows("by_name") == [{"rows": 3}]
    assert counts(results["by_name"]) == {"clean_batch.has_id": (3, 2)}
    assert pipeline.rows("by_sql") == [{"id": 1}, {"id": 2}, {"id": 3}]
    assert counts(results["by_sql"]) == {"clean_batch.has_id": (3, 2)}


def test_rules_of_a_created_table_hold_for_all_its_flows(pipeline):
    pipeline.source("""
        dp.create_streaming_table("t", expect_all={"positive": "n > 0"}, expect_all_or_drop={"has_id": "id is not null"})

        @dp.append_flow(target="t", once=True)
        def backfill():
            return spark.createDataFrame([(10, 1), (None, 1), (11, -1)], "id int, n int")

        @dp.append_flow(target="t")
        def live():
            return spark.readStream.schema("id int, n int").json(spark.conf.get("landing"))
    """)
    pipeline.land("1.json", ROWS)
    result = pipeline.outcome()["t"]
    assert counts(result) == {"positive": (4, 4), "has_id": (5, 3)}
    assert [row["id"] for row in pipeline.rows("t")] == [1, 10, 11, 2, 3]
    assert counts(pipeline.outcome()["t"]) == {"positive": (0, 0), "has_id": (0, 0)}


def test_a_rule_about_no_column_is_found_before_anything_is_written(pipeline):
    pipeline.source("""
        @dp.table
        @dp.expect("known", "id is not null")
        @dp.expect("unknown", "idd is not null")
        def stream():
            return spark.readStream.schema("id int, n int").json(spark.conf.get("landing"))
    """)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    (problem,) = caught.value.diagnostics
    assert problem.summary.startswith("expectation unknown does not work: [UNRESOLVED_COLUMN")
    assert "idd" in problem.summary
    assert problem.location.line == 4
    assert pipeline.store.all() == []


def test_two_rules_of_one_name_are_refused(pipeline):
    pipeline.source("""
        @dp.expect("same", "id > 0")
        @dp.expect_or_drop("same", "n > 0")
        @dp.materialized_view
        def batch():
            return spark.range(1)
    """)
    with pytest.raises(Failure, match="two expectations are called same"):
        pipeline.run()
