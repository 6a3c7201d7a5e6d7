"""Auto CDC against a plain model: all events there have been, sorted by their sequence and applied one after another."""

import random
from itertools import pairwise

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

    target("current")
    target("truncated", source="raw", apply_as_truncates=F.expr("op = 'TRUNCATE'"))
    target("filled", ignore_null_updates=True)
    target("history", stored_as_scd_type=2)
    target("history_of_name", stored_as_scd_type="2", track_history_column_list=[F.col("name")])
    target("filled_history", stored_as_scd_type=2, ignore_null_updates_except_column_list=["city"])
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
        assert pipeline.rows("current") == scd1(kept)
        assert pipeline.rows("truncated") == scd1(events)
        assert pipeline.rows("filled") == scd1(kept, filled=("name", "city"))
        assert pipeline.rows("history") == scd2(kept)
        assert pipeline.rows("history_of_name") == scd2(kept, tracked=["name"])
        assert pipeline.rows("filled_history") == scd2(kept, filled=["name"])
