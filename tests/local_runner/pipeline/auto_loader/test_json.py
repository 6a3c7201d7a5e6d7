"""Auto Loader's JSON: the rows of the files that have landed, each once, whatever they hold."""

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from tests.local_runner.pipeline.auto_loader.conftest import Case, ordered, rescued

pytestmark = pytest.mark.slow

FORMAT = "json"

RECORDS = [
    {"id": 1, "amount": 10.5, "at": {"city": "Ålesund", "no": [1, 2]}, "open": True, "dotted.name": "x"},
    {"id": "b", "tags": ["x", "y"], "amount": None},
    {"id": {}},
]
NUMBERS = ["1e3", "10.50", "123456789012345678.99", "12345678901234567890123456789012345678901234567890", "-0.0"]
TYPED = {"cloudFiles.inferColumnTypes": "true"}

CASES = {
    "text": Case({"1.json": RECORDS, "_hidden.json": [{"id": "hidden"}]}),
    "numbers": Case({"1.json": "".join(f'{{"n": {number}}}\n' for number in NUMBERS)}),
    "growing": Case({"1.json": [{"id": "1", "old": "x"}]}, later={"2.json": [{"id": "2", "new": "y"}]}),
    "rescuing": Case(
        {"1.json": [{"id": "1"}]},
        later={"2.json": [{"id": "2", "more": {"a": [1, "x"]}, "null": None}, {"id": "3"}]},
        options={"cloudFiles.schemaEvolutionMode": "rescue"},
    ),
    "ignoring": Case(
        {"1.json": [{"id": "1"}]},
        later={"2.json": [{"id": "2", "more": "x"}]},
        options={"cloudFiles.schemaEvolutionMode": "none"},
    ),
    "hinted": Case(
        {"1.json": [{"id": 1, "price": 2.5, "on": "2025-03-01"}, {"id": "one", "price": "x"}, {"id": 3.5}]},
        options={"cloudFiles.schemaHints": "id INT, price DECIMAL(9,2), on DATE, later STRING"},
    ),
    "nested": Case(
        {
            "1.json": [
                {"id": 1, "at": {"city": "Bergen", "zip": 5003}, "sizes": [1, 2]},
                {"id": 2, "at": {"city": "Oslo", "zip": "none", "more": True}, "sizes": [1, "x"]},
                {"id": 3, "at": "nowhere"},
            ]
        },
        options={"cloudFiles.schemaHints": "id INT, at STRUCT<city: STRING, zip: INT>, sizes ARRAY<INT>"},
    ),
    "inferred": Case(
        {"1.json": [{"id": 1, "price": 2.5, "at": {"zip": 5003}, "open": True}]},
        later={"2.json": [{"id": "x", "at": {"zip": 5004, "city": "Bergen"}, "new": 7}]},
        options={**TYPED, "cloudFiles.schemaHints": "at.zip DECIMAL(9,0)"},
    ),
    "case": Case(
        {"1.json": [{"Id": "1", "n": 1}, {"ID": "2", "n": "x"}, {"id": "3", "Id": 4.50}]},
        options={"cloudFiles.schemaHints": "Id STRING, n INT"},
    ),
    "broken": Case({"1.json": '{"id": "1"}\n{"id": \n\n[{"id": "2"}, {"id": "3"}]\n7\n'}),
    "kept": Case({"1.json": '{"id": "1"}\n{"id": \n'}, options={"cloudFiles.schemaHints": "_corrupt_record STRING"}),
    "dropped": Case({"1.json": '{"id": "1"}\n{"id": \n'}, options={"mode": "DROPMALFORMED"}),
    "whole": Case({"1.json": json.dumps([{"id": "1"}, {"id": "2"}], indent=1)}, options={"multiLine": "true"}),
    "latin": Case(
        {"1.json": '{"id": "Ålesund"}\n{"id": "é"}\n'.encode("latin-1")}, options={"encoding": "ISO-8859-1", "lineSep": "\n"}
    ),
    "packed": Case({"1.json.gz": gzip.compress(b'{"id": "1"}\n'), "bom.json": b'\xef\xbb\xbf{"id": "2"}\n'}),
    "metadata": Case(
        {"a b%.json": [{"id": "x"}], "below/{c}.json": [{"id": "y"}]},
        options={"cloudFiles.schemaHints": "id INT"},
        change='.select("id", "_rescued_data", "_metadata.file_path", "_metadata.file_name", "_metadata.file_size")',
    ),
    "days": Case(
        {"day=2025-03-01/kind=a%2Fb/1.json": [{"id": "1"}], "day=2025-03-02/kind=a+b/1.json": [{"id": "2"}]},
        later={"day=2025-03-03/kind=__HIVE_DEFAULT_PARTITION__/1.json": [{"id": "3"}]},
        options={"cloudFiles.schemaHints": "day DATE"},
    ),
    "uneven": Case({"day=2025-03-01/1.json": [{"id": "1"}], "2.json": [{"id": "2"}]}),
    "given": Case({"1.json": [{"id": 1, "more": "x"}, {"id": "x"}]}, schema="id INT"),
    "given_rescuing": Case(
        {"1.json": [{"id": 1, "more": "x"}, {"id": "x"}]}, schema="id INT", options={"rescuedDataColumn": "_other"}
    ),
    "chosen": Case({"1.json": [{"id": "1"}], "1.txt": [{"id": "2"}]}, options={"pathGlobFilter": "*.json"}),
    "pattern": Case({"a1/1.json": [{"id": "1"}], "b1/1.json": [{"id": "2"}]}, pattern="/a*"),
    "unchanged": Case(
        {"1.json": [{"id": "1"}]},
        # An edited file is not read again; a renamed one is a new one.
        later={"1.json": [{"id": "edited"}], "renamed.json": [{"id": "1"}]},
        options={"cloudFiles.useNotifications": "true", "cloudFiles.maxFilesPerTrigger": "1", "cloudFiles.region": "x"},
    ),
}


def text(value):
    """What a column of text holds of a JSON value."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def test_every_value_is_kept_as_text(landed):
    columns = sorted({name for record in RECORDS for name in record})
    expected = [{**{name: text(record.get(name)) for name in columns}, "_rescued_data": None} for record in RECORDS]
    assert landed.first("text") == ordered(expected)


def test_numbers_keep_their_digits(landed):
    assert [row["n"] for row in landed.first("numbers")] == sorted(NUMBERS)


def test_a_new_column_comes_in_the_same_run(landed):
    assert landed.second("growing") == [
        {"id": "1", "old": "x", "_rescued_data": None, "new": None},
        {"id": "2", "old": None, "_rescued_data": None, "new": "y"},
    ]


def test_the_mode_rescue_adds_no_column(landed):
    rows = landed.second("rescuing")
    assert [list(row) for row in rows] == [["id", "_rescued_data"]] * 3
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rescued(rows) == [None, {"more": {"a": [1, "x"]}}, None]


def test_the_mode_none_leaves_new_columns_out(landed):
    assert landed.second("ignoring") == [{"id": "1"}, {"id": "2"}]


def test_what_does_not_fit_a_hint_is_rescued(landed):
    rows = landed.first("hinted")
    assert [{name: row[name] for name in ("id", "price", "on", "later")} for row in rows] == [
        {"id": 1, "price": Decimal("2.50"), "on": date(2025, 3, 1), "later": None},
        {"id": None, "price": None, "on": None, "later": None},
        {"id": None, "price": None, "on": None, "later": None},
    ]
    assert sorted(rescued(rows), key=str) == [None, {"id": "one", "price": "x"}, {"id": 3.5}]


def test_of_a_struct_the_part_that_does_not_fit_is_rescued(landed):
    rows = sorted(landed.first("nested"), key=lambda row: row["id"])
    assert [(row["id"], row["at"], row["sizes"]) for row in rows] == [
        (1, {"city": "Bergen", "zip": 5003}, [1, 2]),
        (2, {"city": "Oslo", "zip": None}, None),
        (3, None, None),
    ]
    assert rescued(rows) == [None, {"at": {"zip": "none", "more": True}, "sizes": [1, "x"]}, {"at": "nowhere"}]


def test_inferred_types_stay_and_structs_grow(landed):
    old, new = landed.second("inferred")
    assert landed.first("inferred") == [
        {"at": {"zip": Decimal(5003)}, "id": 1, "open": True, "price": 2.5, "_rescued_data": None}
    ]
    assert (old["id"], old["at"], old["new"]) == (1, {"zip": 5003, "city": None}, None)
    assert (new["id"], new["at"], new["new"]) == (None, {"zip": 5004, "city": "Bergen"}, 7)
    assert rescued([old, new]) == [None, {"id": "x"}]


def test_names_that_differ_by_case_are_rescued(landed):
    rows = landed.first("case")
    assert [(row["Id"], row["n"]) for row in rows] == [("1", 1), ("4.5", None), (None, None)]
    assert rescued(rows) == [None, {"id": "3"}, {"ID": "2", "n": "x"}]


def test_a_line_that_is_not_json_is_kept_whole(landed):
    rows = landed.first("broken")
    assert [row["id"] for row in rows] == ["1", "2", "3", None, None]
    assert rescued(rows) == [None, None, None, {"_corrupt_record": "7"}, {"_corrupt_record": '{"id": '}]


def test_a_hinted_corrupt_record_takes_the_line(landed):
    assert landed.first("kept") == [
        {"id": "1", "_corrupt_record": None, "_rescued_data": None},
        {"id": None, "_corrupt_record": '{"id": ', "_rescued_data": None},
    ]


def test_the_mode_dropmalformed_drops_the_line(landed):
    assert landed.first("dropped") == [{"id": "1", "_rescued_data": None}]


def test_a_list_over_several_lines(landed):
    assert [row["id"] for row in landed.first("whole")] == ["1", "2"]


def test_encodings_and_compression(landed):
    assert [row["id"] for row in landed.first("latin")] == ["Ålesund", "é"]
    assert [row["id"] for row in landed.first("packed")] == ["1", "2"]


def test_paths_are_those_of_databricks(landed):
    folder = "dbfs:/Volumes/sales/shop/landing/metadata"
    expected = [
        {"file_path": f"{folder}/a%20b%25.json", "file_name": "a%20b%25.json", "id": "x"},
        {"file_path": f"{folder}/below/%7Bc%7D.json", "file_name": "%7Bc%7D.json", "id": "y"},
    ]
    rows = sorted(landed.first("metadata"), key=lambda row: row["file_path"])
    assert [json.loads(row["_rescued_data"]) for row in rows] == [
        {"id": row["id"], "_file_path": row["file_path"]} for row in expected
    ]
    assert [(row["id"], row["file_path"], row["file_name"]) for row in rows] == [
        (None, row["file_path"], row["file_name"]) for row in expected
    ]
    assert [row["file_size"] for row in rows] == [len('{"id": "x"}\n')] * 2


def test_directories_name_columns(landed):
    rows = landed.second("days")
    assert [(row["id"], row["day"], row["kind"]) for row in rows] == [
        ("1", date(2025, 3, 1), "a/b"),
        ("2", date(2025, 3, 2), "a+b"),
        ("3", date(2025, 3, 3), None),
    ]


def test_directories_that_differ_name_no_columns(landed):
    assert landed.first("uneven") == [{"id": "1", "_rescued_data": None}, {"id": "2", "_rescued_data": None}]


def test_a_given_schema_is_the_schema(landed):
    assert landed.first("given") == [{"id": 1}, {"id": None}]


def test_a_given_schema_rescues_where_that_is_asked_for(landed):
    rows = landed.first("given_rescuing")
    assert [row["id"] for row in rows] == [1, None]
    assert rescued([{"_rescued_data": row["_other"]} for row in rows]) == [{"more": "x"}, {"id": "x"}]


def test_files_can_be_chosen(landed):
    assert [row["id"] for row in landed.first("chosen")] == ["1"]
    assert [row["id"] for row in landed.first("pattern")] == ["1"]


def test_a_file_is_read_once_under_each_name(landed):
    assert [row["id"] for row in landed.second("unchanged")] == ["1", "1"]
