"""Auto Loader's CSV: a value belongs to the column that its own file's header names."""

import gzip
from datetime import date
from decimal import Decimal

import pytest

from tests.local_runner.pipeline.auto_loader.conftest import Case, rescued

pytestmark = pytest.mark.slow

FORMAT = "csv"
HEADER = {"header": "true"}
TYPED = {**HEADER, "cloudFiles.inferColumnTypes": "true"}

CASES = {
    "text": Case(
        {"1.csv": 'id,note,,note\n1,"a, ""b""",x,y\n\n02,,"",z\n', "empty.csv": "", "bare.csv": "id,note,,note\n"},
        options={**HEADER, "escape": '"'},
    ),
    "moved": Case({"1.csv": "id,name\n1,a\n", "2.csv": "name,id\nb,2\n"}, options=HEADER),
    "growing": Case({"1.csv": "id\n1\n"}, later={"2.csv": "more,id\nx,2\n"}, options=HEADER),
    "rescuing": Case(
        {"1.csv": "id\n1\n"},
        later={"2.csv": "more,id\nx,2\n,4\n", "3.csv": "ID\n3\n"},
        options={**HEADER, "cloudFiles.schemaEvolutionMode": "rescue"},
    ),
    "uneven": Case({"1.csv": "a,b\n1\n2,3\n4,5,6\n7,8,9,10\n", "2.csv": "a,b,c\n1,2,3\n"}, options=HEADER),
    "hinted": Case(
        {"1.csv": 'id,price,on,ok\n1,2.50,2025-03-01,true\none,dear,tomorrow,yes\n 3,,,\n4,"","",""\n'},
        options={**HEADER, "cloudFiles.schemaHints": "id INT, price DECIMAL(9,2), on DATE, ok BOOLEAN"},
    ),
    "inferred": Case(
        {"1.csv": "id,price,on,name\n1,2,2025-03-01,a\n"},
        later={"2.csv": "id,price,on,name\n2,2.5,2025-03-02,7\n"},
        options=TYPED,
    ),
    "wider": Case({"1.csv": "id,x\n1,2\n", "2.csv": "x,id\n2.5,2\n", "3.csv": "x,id,y\n3,3,\n"}, options=TYPED),
    "headless": Case({"1.csv": "1,a\n2,b\n"}),
    "tabs": Case({"1.csv": "# a remark\nid\tname\n1\ta,b\n"}, options={**HEADER, "sep": "\t", "comment": "#"}),
    "lines": Case({"1.csv": 'id,note\n1,"two\nlines"\n2,x\n'}, options={**HEADER, "multiLine": "true"}),
    "latin": Case({"1.csv": "id,på\n1,Ålesund\n".encode("latin-1")}, options={**HEADER, "encoding": "ISO-8859-1"}),
    "packed": Case({"1.csv.gz": gzip.compress(b"id\n1\n"), "bom.csv": b"\xef\xbb\xbfid\n2\n"}, options=HEADER),
    "kept": Case({"1.csv": "a,b\n1,2\n3\n"}, options={**HEADER, "cloudFiles.schemaHints": "_corrupt_record STRING"}),
    "given": Case({"1.csv": "id,name\n1,a\n"}, schema="first INT, second STRING", options=HEADER),
    "repeated": Case({"1.csv": "id\n1\nid\n"}, options=HEADER),
    "days": Case({"day=2025-03-01/1.csv": "id\n1\n", "day=2025-03-02/1.csv": "id\n2\n"}, options=TYPED),
}


def test_every_value_is_kept_as_text(landed):
    assert landed.first("text") == [
        {"id": "02", "note1": None, "_c2": None, "note3": "z", "_rescued_data": None},
        {"id": "1", "note1": 'a, "b"', "_c2": "x", "note3": "y", "_rescued_data": None},
    ]


def test_the_header_of_each_file_counts(landed):
    assert landed.first("moved") == [
        {"id": "1", "name": "a", "_rescued_data": None},
        {"id": "2", "name": "b", "_rescued_data": None},
    ]


def test_a_new_column_comes_in_the_same_run(landed):
    assert landed.second("growing") == [
        {"id": "1", "_rescued_data": None, "more": None},
        {"id": "2", "_rescued_data": None, "more": "x"},
    ]


def test_the_mode_rescue_adds_no_column(landed):
    rows = landed.second("rescuing")
    assert [row["id"] for row in rows] == ["1", "2", "4", None]
    assert rescued(rows) == [None, {"more": "x"}, None, {"ID": "3"}]


def test_values_beyond_the_header_are_rescued(landed):
    rows = landed.first("uneven")
    assert [(row["a"], row["b"], row["c"]) for row in rows] == [
        ("1", "2", "3"),
        ("1", None, None),
        ("2", "3", None),
        ("4", "5", None),
        ("7", "8", None),
    ]
    assert rescued(rows) == [None, None, None, {"_c2": "6"}, {"_corrupt_record": "7,8,9,10", "_c2": "9"}]


def test_what_does_not_fit_a_hint_is_rescued(landed):
    rows = landed.first("hinted")
    assert rows[0] == {
        "id": 1, "price": Decimal("2.50"), "on": date(2025, 3, 1), "ok": True, "_rescued_data": None
    }  # fmt: skip
    assert rows[1]["id"] == 4
    assert [(row["price"], row["on"], row["ok"]) for row in rows[1:]] == [(None, None, None)] * 3
    assert rescued(rows[1:]) == [None, {"id": " 3"}, {"id": "one", "price": "dear", "on": "tomorrow", "ok": "yes"}]


def test_inferred_types_stay(landed):
    old, new = landed.second("inferred")
    assert (old["id"], old["price"], old["on"], old["name"]) == (1, 2, date(2025, 3, 1), "a")
    assert (new["id"], new["price"], new["on"], new["name"]) == (2, None, date(2025, 3, 2), "7")
    assert rescued([old, new]) == [None, {"price": "2.5"}]


def test_inferred_types_hold_the_values_of_all_files(landed):
    assert [(row["id"], row["x"], row["y"]) for row in landed.first("wider")] == [
        (1, 2.0, None),
        (2, 2.5, None),
        (3, 3.0, None),
    ]


def test_without_a_header_columns_have_numbers(landed):
    assert landed.first("headless") == [
        {"_c0": "1", "_c1": "a", "_rescued_data": None},
        {"_c0": "2", "_c1": "b", "_rescued_data": None},
    ]


def test_separators_lines_encodings_and_compression(landed):
    assert landed.first("tabs") == [{"id": "1", "name": "a,b", "_rescued_data": None}]
    assert [row["note"] for row in landed.first("lines")] == ["two\nlines", "x"]
    assert landed.first("latin") == [{"id": "1", "på": "Ålesund", "_rescued_data": None}]
    assert [row["id"] for row in landed.first("packed")] == ["1", "2"]


def test_a_hinted_corrupt_record_takes_a_record_of_the_wrong_length(landed):
    assert landed.first("kept") == [
        {"a": "1", "b": "2", "_corrupt_record": None, "_rescued_data": None},
        {"a": "3", "b": None, "_corrupt_record": "3", "_rescued_data": None},
    ]


def test_a_given_schema_goes_by_place(landed):
    assert landed.first("given") == [{"first": 1, "second": "a"}]


def test_a_record_that_looks_like_the_header_is_one(landed):
    assert [row["id"] for row in landed.first("repeated")] == ["1", "id"]


def test_directories_name_columns(landed):
    assert [(row["id"], row["day"]) for row in landed.first("days")] == [(1, date(2025, 3, 1)), (2, date(2025, 3, 2))]
