"""What is printed, in a terminal of any width and where no terminal reads it."""

import json
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from local_runner.diagnostics import Diagnostic, Location, Severity, print_diagnostics
from local_runner.pipeline.definitions import Action
from local_runner.pipeline.expectations import RuleCount
from local_runner.pipeline.result import DatasetResult, Status
from local_runner.terminal import print_dataset, print_json_lines, print_planned, print_table

ROW = {
    "id": 1,
    "who": {"name": "Ålesund", "tags": ["a", None]},
    "paid": True,
    "amount": Decimal("10.50"),
    "note": None,
    "rate": float("nan"),
    "key": b"\x00\x01",
    "at": datetime(2025, 3, 1, 10, tzinfo=timezone.utc),
}


def test_a_table_where_no_terminal_reads_it_is_as_wide_as_it_is(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    text = "one two three " * 20
    print_table("notes", ["id", "note"], [{"id": 1, "note": text.strip()}])
    title, _, header, _, row, _ = capsys.readouterr().out.splitlines()
    assert title == "notes"
    assert header.split("┃")[1:-1] == [" id ", f" {'note':<{len(text.strip())}} "]
    assert row.split("│")[1:-1] == [" 1  ", f" {text.strip()} "]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_where_a_table_is_too_wide_each_value_has_a_line_and_no_word_is_broken(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    words = "the newest state of each payment; amounts in whole currency units, times as instants, as they were announced"
    rows = [{"table": "dev_finance.somebody_stripe.base_payments", "comment": words}, {"table": "t", "comment": "short"}]
    print_table("Tables", ["table", "comment"], rows)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Tables", "row 1", "    table    dev_finance.somebody_stripe.base_payments"]
    assert lines[-3:] == ["row 2", "    table    t", "    comment  short"]
    comment = lines[3:-3]
    assert all(len(line) <= width for line in comment)
    assert " ".join(line.strip() for line in comment).split() == ["comment", *words.split()]


def test_values_as_a_person_reads_them(capsys):
    print_table("t", list(ROW), [ROW])
    values = [cell.strip() for cell in capsys.readouterr().out.splitlines()[-2].split("│")[1:-1]]
    who = '{"name": "Ålesund", "tags": ["a", null]}'
    assert values == ["1", who, "true", "10.50", "NULL", "NaN", "AAE=", "2025-03-01 10:00:00+00:00"]


def test_values_for_programs(capsys):
    print_json_lines([ROW])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line, parse_float=Decimal) == {
        **ROW,
        "rate": "NaN",
        "key": "AAE=",
        "at": "2025-03-01 10:00:00+00:00",
    }


def test_a_dataset_of_one_row_and_its_rules(capsys, monkeypatch):
    rules = [RuleCount("has_id", Action.DROP, 1, 1234)]
    outcome = {"rows": 1, "seconds": 1.5, "expectations": rules}
    result = DatasetResult("base", "c.s.base", "materialized view", Status.COMPLETED, **outcome)
    print_dataset(result)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["✓", "base", "materialized", "view", "completed", "1", "row", "1.5", "s"]
    assert lines[1] == ["has_id:", "1", "passed,", "1,234", "failed", "(drop)"]
    monkeypatch.setenv("COLUMNS", "40")
    print_dataset(result)
    assert capsys.readouterr().out.splitlines() == [
        "✓ base materialized view completed 1 row",
        "    1.5 s",
        "    has_id: 1 passed, 1,234 failed",
        "        (drop)",
    ]


def test_what_a_target_of_auto_cdc_has_read_are_changes(capsys):
    for number, said in ((1, "completed 1 change 0.0 s"), (1030, "completed 1,030 changes 0.0 s")):
        print_dataset(DatasetResult("t", "c.s.t", "target of Auto CDC", Status.COMPLETED, rows=number))
        assert " ".join(capsys.readouterr().out.split()).endswith(said)


def test_a_warning_does_not_look_like_a_failure(capsys):
    warning = Diagnostic("1.json changed", "Read it again", severity=Severity.WARNING)
    print_dataset(DatasetResult("raw", "c.s.raw", "streaming table", Status.COMPLETED, rows=0, warnings=[warning]))
    out, err = capsys.readouterr()
    assert (out.split()[:2], err) == (["✓", "raw"], "Warning: 1.json changed\n  Read it again\n")


def test_a_planned_dataset(capsys):
    columns = {"id": "int", "amount": "decimal(10,2)"}
    reads = ["c.s.orders", "other.s.rates"]
    print_planned(DatasetResult("base", "c.s.base", "materialized view", Status.COMPLETED, reads, columns))
    first, *others = capsys.readouterr().out.splitlines()
    assert first.split() == ["✓", "base", "materialized", "view", "reads", "orders,", "other.s.rates"]
    assert others == ["    id      int", "    amount  decimal(10,2)"]


def test_a_message_breaks_no_word_and_names_files_from_the_working_directory(capsys, monkeypatch, tmp_path):
    # Longer than a line, wherever the tests run.
    above = tmp_path / ("folder" * 8)
    here = above / "bundle"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    monkeypatch.setenv("COLUMNS", "40")
    remedy = f"Add {here}/fixtures/a.csv, or {above}/b.csv, not /x{here}/c.csv"
    print_diagnostics([Diagnostic("there is no table with that name", remedy, Location(f"{here}/src/a.py", 3))])
    assert capsys.readouterr().err.splitlines() == [
        "Error: src/a.py:3: there is no table",
        "    with that name",
        "  Add fixtures/a.csv, or",
        f"      {above}/b.csv,",
        "      not",
        f"      /x{here}/c.csv",
    ]
