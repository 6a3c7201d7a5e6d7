"""Auto CDC from snapshots: a table's present state at each run, and a function's states one after another."""

import json

import pytest

pytestmark = pytest.mark.slow


def test_each_run_takes_the_tables_present_state(pipeline):
    pipeline.source("""
        @dp.materialized_view
        def state():
            return spark.read.schema("id int, name string").json(spark.conf.get("landing"))

        dp.create_streaming_table("history")
        dp.create_auto_cdc_from_snapshot_flow("history", "state", keys=["id"], stored_as_scd_type=2)
    """)
    runs = [{1: "a", 2: "b"}, {1: "a", 2: "b"}, {1: "c", 3: "d"}, {2: "e"}]
    for names in runs:
        pipeline.land("state.json", [{"id": id, "name": name} for id, name in names.items()])
        assert pipeline.run().ok
        assert {row["id"]: row["name"] for row in pipeline.rows("history") if row["__END_AT"] is None} == names
    history = pipeline.rows("history")
    ages = sorted({age for row in history for age in (row["__START_AT"], row["__END_AT"]) if age})
    assert len(ages) == 3  # The second run changed nothing.
    lives = [
        (row["id"], row["name"], ages.index(row["__START_AT"]), row["__END_AT"] and ages.index(row["__END_AT"]))
        for row in history
    ]
    assert lives == [(1, "a", 0, 1), (1, "c", 1, 2), (2, "b", 0, 1), (2, "e", 2, None), (3, "d", 1, 2)]


NUMBERED = """
    import pathlib

    def next_snapshot(version):
        number = 1 if version is None else version + STEP
        file = pathlib.Path(FOLDER) / f"{number}.json"
        if file.exists():
            return spark.read.schema("id int, name string, n int").json(f"file://{file}"), number

    dp.create_streaming_table("people")
    dp.apply_changes_from_snapshot("people", next_snapshot, ["id"], 2, track_history_except_column_list=["n"])
"""


def test_a_functions_snapshots_come_one_after_another(pipeline, tmp_path):
    folder = tmp_path / "dumps"
    folder.mkdir()
    pipeline.source(NUMBERED.replace("FOLDER", repr(str(folder))).replace("STEP", "1"))

    def dump(number, *rows):
        text = "".join(json.dumps(dict(zip(["id", "name", "n"], row, strict=True))) + "\n" for row in rows)
        (folder / f"{number}.json").write_text(text)

    def lives():
        return [tuple(row.values()) for row in pipeline.rows("people")]

    dump(1, (1, "a", 1), (2, "b", 1))
    dump(2, (1, "a", 2))
    dump(3)
    assert pipeline.outcome()["people"].rows == 3
    assert lives() == [(1, "a", 2, 1, 3), (2, "b", 1, 1, 2)]
    assert pipeline.outcome()["people"].rows == 0
    dump(4, (2, "b", 4))
    assert pipeline.outcome()["people"].rows == 1
    assert lives() == [(1, "a", 2, 1, 3), (2, "b", 1, 1, 2), (2, "b", 4, 4, None)]
    # A key must be in a snapshot once, and versions must grow: else the table stays as it is.
    dump(5, (7, "x", 1), (7, "y", 1))
    assert pipeline.outcome()["people"].problem.summary == "a snapshot has 2 rows of one key: id 7"
    assert len(lives()) == 3
    pipeline.source(NUMBERED.replace("FOLDER", repr(str(folder))).replace("STEP", "0"))
    with pytest.raises(Exception, match="snapshot 4 comes after 4"):
        pipeline.run()
