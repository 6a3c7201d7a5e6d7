"""Auto CDC against a plain model: all events there have been, sorted by their sequence and applied one after another."""

import random
from datetime import date
from itertools import pairwise
from textwrap import dedent

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.one_dataset import run_dataset

pytestmark = pytest.mark.slow

RAW = """
    @dp.table
    def raw():
        schema = "id int, name string, city string, op string, seq int"
        return spark.readStream.schema(schema).json(spark.conf.get("landing"))

    @dp.temporary_view
    def changes():
        return spark.readStream.table("raw").where("op <> 'TRUNCATE'")
"""
TARGETS = (
    RAW
    + """
    def target(name, source="changes", **settings):
        dp.create_streaming_table(name)
        dp.create_auto_cdc_flow(
            target=name, source=source, keys=["id"], sequence_by="seq", apply_as_deletes="op = 'DELETE'",
            except_column_list=["op", "seq"], **settings)

    target("current", source="raw", apply_as_truncates=F.expr("op = 'TRUNCATE'"))
    target("filled", ignore_null_updates=True)
    target("history", stored_as_scd_type=2)
    target("filled_history", stored_as_scd_type="2", track_history_column_list=[F.col("name")],
        ignore_null_updates_except_column_list=["city"])
"""
)


def states(events, filled=()):
    """Each key's life as (sequence, values or None for deleted), in the order of the sequences."""
    lives = {}
    for event in sorted(events, key=lambda event: event["seq"]):
        life = lives.setdefault(event["id"], [])
        if event["op"] == "DELETE":
            life.append((event["seq"], None))
            continue
        before = (life[-1][1] if life else None) or {}
        values = {key: event.get(key) for key in ("name", "city")}
        for key in filled:
            values[key] = before.get(key) if values[key] is None else values[key]
        if not life or life[-1][0] != event["seq"]:
            life.append((event["seq"], values))
    return lives


def scd1(events, filled=()):
    last_truncate = max((event["seq"] for event in events if event["op"] == "TRUNCATE"), default=-1)
    lives = states([event for event in events if event["seq"] > last_truncate], filled)
    return ordered({"id": id, **life[-1][1]} for id, life in lives.items() if life[-1][1])


def scd2(events, filled=(), tracked=("name", "city")):
    rows = []
    for id, life in states(events, filled).items():
        before = None
        for (seq, values), (until, _) in pairwise([*life, (None, None)]):
            if values and before and all(values[key] == before[key] for key in tracked):
                rows[-1].update(values, __END_AT=until)
            elif values:
                rows.append({"id": id, **values, "__START_AT": seq, "__END_AT": until})
            before = values
    return ordered(rows)


def ordered(rows):
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def random_events(rng, count):
    """Events of a few keys with one sequence each, in any order; some come twice."""
    events = []
    for seq in rng.sample(range(1, 1000), count):
        op = rng.choices(["UPSERT", "DELETE", "TRUNCATE"], [12, 3, 0.6])[0]
        event = {"id": rng.randint(1, 5), "op": op, "seq": seq}
        if op == "UPSERT":
            event |= {"name": rng.choice(["a", "b", None]), "city": rng.choice(["x", "y", None])}
        events.append(event if op != "TRUNCATE" else event | {"id": None})
    return events + rng.sample(events, count // 5)


def test_whatever_the_order_the_target_is_what_the_events_add_up_to(pipeline):
    rng = random.Random(5)  # noqa: S311 - not for secrets
    pipeline.source(TARGETS)
    events = []
    for run in range(3):
        # Two events of one key and sequence would leave open which of them counts.
        taken = {event["seq"] for event in events}
        new = [event for event in random_events(rng, 40) if event["seq"] not in taken] + rng.sample(events, run * 3)
        pipeline.land(f"{run}.json", new[: len(new) // 2])
        pipeline.land(f"{run}b.json", new[len(new) // 2 :])
        events += new
        kept = [event for event in events if event["op"] != "TRUNCATE"]
        assert pipeline.run().ok
        assert pipeline.rows("current") == scd1(events)
        assert pipeline.rows("filled") == scd1(kept, filled=("name", "city"))
        assert pipeline.rows("history") == scd2(kept)
        assert pipeline.rows("filled_history") == scd2(kept, filled=["name"], tracked=["name"])


# The example of Databricks' documentation: https://docs.databricks.com/aws/en/ldp/cdc
USERS = [
    (124, "Raul", "Oaxaca", "INSERT", 1),
    (123, "Isabel", "Monterrey", "INSERT", 1),
    (125, "Mercedes", "Tijuana", "INSERT", 2),
    (126, "Lily", "Cancun", "INSERT", 2),
    (123, None, None, "DELETE", 6),
    (125, "Mercedes", "Guadalajara", "UPDATE", 6),
    (125, "Mercedes", "Mexicali", "UPDATE", 5),
    (123, "Isabel", "Chihuahua", "UPDATE", 5),
    (None, None, None, "TRUNCATE", 3),
]


def test_the_documented_example_gives_the_documented_tables(pipeline):
    pipeline.source("""
        SCHEMA = "userId int, Name string, city string, operation string, sequenceNum int"

        @dp.table
        def cdc():
            return spark.readStream.schema(SCHEMA).json(spark.conf.get("landing"))

        @dp.temporary_view
        def users():
            return spark.readStream.table("cdc").where("operation <> 'TRUNCATE'")

        for scd_type, name in [(1, "type_1"), ("2", "type_2"), (2, "type_2_without_city")]:
            dp.create_streaming_table(name)
            dp.create_auto_cdc_flow(
                target=name, source="users", keys=[F.col("userid")], sequence_by=F.col("sequenceNum"),
                apply_as_deletes=F.expr("operation = 'DELETE'"),
                column_list=["userId", "name", F.col("city")], stored_as_scd_type=scd_type,
                track_history_except_column_list=["city"] if name == "type_2_without_city" else None,
            )
        dp.create_streaming_table("truncated")
        dp.apply_changes("truncated", "sales.shop.cdc", ["userId"], "sequenceNum",
            apply_as_deletes="operation = 'DELETE'", apply_as_truncates="operation = 'TRUNCATE'",
            except_column_list=["operation", "sequenceNum"])

        @dp.materialized_view
        def downstream():
            return spark.read.table("type_1").agg(F.count("*").alias("n"))
    """)
    names = ["userId", "Name", "city", "operation", "sequenceNum"]
    pipeline.land("1.json", [dict(zip(names, user, strict=True)) for user in USERS])
    assert pipeline.run().ok

    def table(name):
        return [tuple(row.values()) for row in pipeline.rows(name)]

    raul, mercedes, lily = (124, "Raul", "Oaxaca"), (125, "Mercedes", "Guadalajara"), (126, "Lily", "Cancun")
    assert table("type_1") == [raul, mercedes, lily]
    assert table("truncated") == [mercedes]
    assert pipeline.rows("downstream") == [{"n": 3}]
    assert list(pipeline.rows("type_2")[0]) == ["userId", "Name", "city", "__START_AT", "__END_AT"]
    assert table("type_2") == [
        (123, "Isabel", "Chihuahua", 5, 6),
        (123, "Isabel", "Monterrey", 1, 5),
        (*raul, 1, None),
        (125, "Mercedes", "Guadalajara", 6, None),
        (125, "Mercedes", "Mexicali", 5, 6),
        (125, "Mercedes", "Tijuana", 2, 5),
        (*lily, 2, None),
    ]
    assert table("type_2_without_city") == [
        (123, "Isabel", "Chihuahua", 1, 6),
        (*raul, 1, None),
        (*mercedes, 2, None),
        (*lily, 2, None),
    ]


PEOPLE = """
    ROW = "region string, id int, at date, n int, name string, place struct<street: string, town: string>, gone boolean"

    @dp.temporary_view
    def archive():
        return spark.read.schema(ROW).json("/Volumes/sales/shop/archive")

    @dp.table
    def live():
        return spark.readStream.schema(ROW).json(spark.conf.get("landing"))

    dp.create_streaming_table(
        "people",
        schema="region string, id int, name string, place struct<street: string, town: string>,"
            "__START_AT struct<at: date, n: int>, __END_AT struct<at: date, n: int>",
        expect_all={"named": "name is not null"}, expect_all_or_drop={"known": "coalesce(name, '') <> 'X'"})
    for source, once in [("archive", True), ("live", False)]:
        dp.create_auto_cdc_flow(
            name=f"from_{source}", target="people", source=source, once=once, keys=KEYS, sequence_by=F.struct("at", "n"),
            apply_as_deletes="gone", except_column_list=["at", "n", "gone"], stored_as_scd_type=2, ignore_null_updates=True)
"""


def at(day, n):
    return {"at": date(2025, 1, day), "n": n}


def person(region, id, day, n, name=None, street=None, town=None, gone=None):
    place = {"street": street, "town": town} if street or town else None
    return {"region": region, "id": id, "at": f"2025-01-{day:02}", "n": n, "name": name, "place": place, "gone": gone}


def person_row(region, id, name, place, start, end):
    place = place and dict(zip(["street", "town"], place, strict=True))
    return {"region": region, "id": id, "name": name, "place": place, "__START_AT": start, "__END_AT": end}


def test_two_flows_two_keys_a_sequence_of_two_and_nested_nulls(pipeline):
    pipeline.source(PEOPLE.replace("KEYS", "['region', 'id']"))
    pipeline.land("../archive/old.json", [person("eu", 1, 1, 9, "Ann", "A", "T")])
    pipeline.land("1.json", [person("eu", 1, 3, 1, street="B"), person("us", 1, 3, 1, "Bob"), person("us", 1, 3, 2, "X")])
    people = pipeline.outcome()["people"]
    assert people.rows == 3
    assert {rule.name: (rule.passed, rule.failed) for rule in people.expectations} == {"named": (3, 1), "known": (3, 1)}
    assert pipeline.rows("people") == [
        person_row("eu", 1, "Ann", ("A", "T"), at(1, 9), at(3, 1)),
        person_row("eu", 1, "Ann", ("B", "T"), at(3, 1), None),
        person_row("us", 1, "Bob", None, at(3, 1), None),
    ]
    # The archive is read once; a late event changes what came after it; a delete has no name and needs none.
    pipeline.land("../archive/more.json", [person("eu", 9, 1, 1, "Eve")])
    pipeline.land("2.json", [person("eu", 1, 2, 0, "Anna"), person("us", 1, 4, 0, gone=True)])
    people = pipeline.outcome()["people"]
    assert people.rows == 2
    assert {rule.name: (rule.passed, rule.failed) for rule in people.expectations} == {"named": (2, 0), "known": (2, 0)}
    after = [
        person_row("eu", 1, "Ann", ("A", "T"), at(1, 9), at(2, 0)),
        person_row("eu", 1, "Anna", ("A", "T"), at(2, 0), at(3, 1)),
        person_row("eu", 1, "Anna", ("B", "T"), at(3, 1), None),
        person_row("us", 1, "Bob", None, at(3, 1), at(4, 0)),
    ]
    assert pipeline.rows("people") == after
    # Other keys would make another table of the same events: that takes a full refresh, which reads all there is again.
    pipeline.source(PEOPLE.replace("KEYS", "['id']"))
    told = "people is now of SCD type 2 with the keys id, not of SCD type 2 with the keys region, id"
    assert pipeline.outcome()["people"].problem.summary == told
    assert pipeline.rows("people") == after
    assert pipeline.outcome(full_refresh=frozenset({"people"}))["people"].rows == 6
    assert {(row["id"], row["name"]) for row in pipeline.rows("people") if row["__END_AT"] is None} == {(9, "Eve")}


def test_a_target_alone_gives_what_its_inputs_add_up_to(pipeline):
    pipeline.source(PEOPLE.replace("KEYS", "['region', 'id']"))
    schema = "region string, id int, at date, n int, name string, place struct<street: string, town: string>, gone boolean"
    day = [date(2025, 1, number) for number in range(1, 5)]
    archive = [("eu", 1, day[0], 9, "Ann", ("A", "T"), None)]
    live = [
        ("eu", 1, day[3], 0, None, None, True),
        ("eu", 1, day[1], 0, "Anna", None, None),
        ("eu", 2, day[1], 1, "X", None, None),
    ]
    inputs = {
        name: pipeline.spark.createDataFrame(rows, schema) for name, rows in {"archive": archive, "live": live}.items()
    }
    source = pipeline.root / "src" / "source.py"
    rows = run_dataset(pipeline.spark, [source], "people", inputs, {}, pipeline.root).collect()
    assert [(row.name, row.place.street, row["__START_AT"].at, row["__END_AT"].at) for row in rows] == [
        ("Ann", "A", day[0], day[1]),
        ("Anna", "A", day[1], day[3]),
    ]


def test_of_two_events_at_one_sequence_the_same_one_counts_in_any_order(pipeline):
    pipeline.source("""
        @dp.table
        def raw():
            return spark.readStream.schema("id int, v string, gone boolean").json(spark.conf.get("landing"))

        dp.create_streaming_table("t")
        dp.create_auto_cdc_flow("t", "raw", ["id"], "1", apply_as_deletes="gone", column_list=["id", "v"])
    """)
    pipeline.land("1.json", [{"id": 1, "v": "a"}, {"id": 2, "v": "b"}, {"id": 3, "v": "a"}, {"id": 4, "gone": True}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 1, "v": "b"}, {"id": 2, "v": "a"}, {"id": 3, "gone": True}, {"id": 4, "v": "a"}])
    assert pipeline.run().ok
    assert pipeline.rows("t") == [{"id": 1, "v": "b"}, {"id": 2, "v": "b"}]


def test_an_event_without_a_key_or_a_sequence_fails_the_update_and_the_table_stays(pipeline):
    pipeline.source("""
        for source in ("keys", "sequences"):
            dp.create_streaming_table(f"t_{source}")
            dp.create_auto_cdc_flow(f"t_{source}", source, ["id"], "seq")

        @dp.temporary_view
        def keys():
            return spark.readStream.table("raw").where("seq is not null")

        @dp.temporary_view
        def sequences():
            return spark.readStream.table("raw").where("id is not null")

        @dp.table
        def raw():
            return spark.readStream.schema("id int, seq int").json(spark.conf.get("landing"))
    """)
    pipeline.land("1.json", [{"id": 1, "seq": 1}])
    assert pipeline.run().ok
    pipeline.land("2.json", [{"id": 2}, {"seq": 2}, {"id": 3, "seq": 3}])
    result = pipeline.run()
    told = {dataset.name: dataset.problem and dataset.problem.summary.split(" {")[0] for dataset in result.datasets}
    assert told == {
        "raw": None,
        "t_keys": "t_keys: a change has no key: the row",
        "t_sequences": "t_sequences: a change has no sequence: the row",
    }
    assert pipeline.rows("t_keys") == pipeline.rows("t_sequences") == [{"id": 1, "seq": 1}]


FLOW = """
    dp.create_streaming_table("t")

    @dp.table
    def raw():
        return spark.readStream.schema("id int, seq int, v int").json(spark.conf.get("landing"))

    @dp.materialized_view
    def whole():
        return spark.read.table("raw")

"""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", stored_as_scd_type=3)', "stored_as_scd_type is 3"),
        ('dp.create_auto_cdc_flow("t", "raw", [], "seq")', "the changes of t have no keys"),
        ('dp.create_auto_cdc_flow("t", "raw", ["id"])', "create_auto_cdc_flow has no sequence_by"),
        ('dp.create_auto_cdc_flow("t", "raw", ["idd"], "seq")', "the source has no column idd"),
        ('dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", column_list=["v"])', "id is not among the target's columns"),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", column_list=["v"], except_column_list=["id"])',
            "column_list and except_column_list exclude each other",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", track_history_column_list=["v"])',
            "only SCD type 2 keeps a history to track",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", apply_as_truncates="v = 1", stored_as_scd_type=2)',
            "apply_as_truncates works with SCD type 1 alone",
        ),
        (
            'dp.create_auto_cdc_flow("t", "whole", ["id"], "seq")',
            "t reads whole as a stream, but that is a materialized view",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", once=False)\n'
            'dp.append_flow(target="t", name="more")(lambda: spark.readStream.table("raw"))',
            "t takes changes from another flow: more cannot append to it",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq")\n'
            'dp.create_auto_cdc_flow("t", "raw", ["id", "v"], "seq", name="more")',
            "the flows into t do not give the same kind of changes",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq")\n'
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq", except_column_list=["v"], name="more")',
            "the flows into t do not give the same kind of changes",
        ),
        (
            'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq")\n'
            '@dp.table\ndef after():\n    return spark.readStream.table("t")',
            "after reads t as a stream, but that is a target of Auto CDC",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(pipeline, source, told):
    pipeline.source(dedent(FLOW) + source)
    with pytest.raises(Failure) as caught:
        pipeline.run()
    assert [problem.summary for problem in caught.value.diagnostics] == [told]
    assert caught.value.diagnostics[0].location.line >= 4
    assert pipeline.store.all() == []


def test_a_streaming_table_that_takes_changes_from_now_on_has_to_be_made_anew(pipeline):
    rows = [{"id": 1, "seq": 1, "v": 1}, {"id": 1, "seq": 2, "v": 2}]
    pipeline.land("1.json", rows)
    pipeline.source(dedent(FLOW) + '@dp.append_flow(target="t")\ndef f():\n    return spark.readStream.table("raw")')
    assert pipeline.run().ok
    pipeline.source(dedent(FLOW) + 'dp.create_auto_cdc_flow("t", "raw", ["id"], "seq")')
    problem = pipeline.outcome()["t"].problem
    assert problem.summary == "t has become another kind of dataset: target of Auto CDC, not streaming table any more"
    assert pipeline.rows("t") == rows
    assert pipeline.run(full_refresh=frozenset({"t"})).ok
    assert pipeline.rows("t") == rows[1:]
