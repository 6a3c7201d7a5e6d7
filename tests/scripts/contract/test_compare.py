"""What breaks a contract, and what does not; at the line of the contract that says so."""

import pytest

from local_runner.diagnostics import Location
from scripts.contract.compare import compare
from scripts.contract.files import file_of, read
from scripts.contract.tables import Column, Table, flat

CONTRACT = """\
# A remark.
final_orders:
  id: bigint not null
  note: string
  at: struct
  at.city: string

final_totals:
  amount: decimal(18,2)
"""
MADE_AT = Location("src/sales/shop/transformations/final_orders.py", 7)
SAME = {
    "final_orders": {"id": "bigint not null", "note": "string", "at": "struct", "at.city": "string"},
    "final_totals": {"amount": "decimal(18,2)"},
}
RECORD = "just contract --update"


@pytest.fixture
def differences(tmp_path):
    """`differences(changes)`: what is said where `changes` replace columns (None: gone) or tables of what is recorded."""
    file = file_of(tmp_path, "sales/shop")
    file.parent.mkdir(parents=True)
    file.write_text(CONTRACT)

    def run(**changes):
        found = {}
        for name in SAME | changes:
            columns = SAME.get(name, {}) | (changes.get(name, {}) or {})
            if changes.get(name, columns) is not None:
                kept = {column: Column(type_, MADE_AT) for column, type_ in columns.items() if type_}
                found[name] = Table(kept, MADE_AT)
        said = list(compare("sales/shop", read(tmp_path, "sales/shop"), found))
        assert all(RECORD in one.remedy for one in said)
        return [(one.severity.value, str(one.location.relative_to(tmp_path)), one.summary) for one in said]

    return run


def test_nothing_is_said_of_what_is_as_recorded(differences):
    assert differences() == []


@pytest.mark.parametrize(
    ("table", "columns", "line", "words"),
    [
        ("final_orders", {"note": None}, 4, "final_orders no longer has the column note"),
        ("final_orders", {"note": "int"}, 4, "final_orders.note is int now; recorded is string"),
        ("final_orders", {"id": "string"}, 3, "final_orders.id is string now; recorded is bigint"),
        ("final_orders", {"id": "bigint"}, 3, "final_orders.id can be NULL now; recorded is that it never is"),
        ("final_orders", {"at.city": None}, 6, "final_orders no longer has the column at.city"),
        (
            "final_totals",
            {"amount": "decimal(28,2)"},
            9,
            "final_totals.amount is decimal(28,2) now; recorded is decimal(18,2)",
        ),
        ("final_totals", None, 8, "sales/shop no longer makes final_totals"),
    ],
)
def test_what_readers_lose_is_an_error_at_the_line_that_promises_it(differences, table, columns, line, words):
    assert differences(**{table: columns}) == [("error", f"contracts/sales/shop.yml:{line}", words)]


@pytest.mark.parametrize(
    ("table", "columns", "place", "words"),
    [
        ("final_orders", {"price": "double"}, "contracts/sales/shop.yml:2", "final_orders has a new column price, double"),
        ("final_orders", {"at.zip": "int"}, "contracts/sales/shop.yml:2", "final_orders has a new column at.zip, int"),
        ("final_orders", {"note": "string not null"}, "contracts/sales/shop.yml:4", "final_orders.note is never NULL now"),
        ("final_new", {"id": "int"}, str(MADE_AT), "final_new has no contract yet"),
    ],
)
def test_what_readers_gain_is_a_warning(differences, table, columns, place, words):
    assert differences(**{table: columns}) == [("warning", place, words)]


@pytest.mark.parametrize(
    ("type_", "columns"),
    [
        ("decimal(18,2)", {"c": "decimal(18,2)"}),
        ("array<map<string,decimal(3,1)>>", {"c": "array<map<string,decimal(3,1)>>"}),
        ("struct<a:decimal(3,1),b:struct<d:int>>", {"c": "struct", "c.a": "decimal(3,1)", "c.b": "struct", "c.b.d": "int"}),
        ("array<array<struct<a:int>>>", {"c": "array", "c[]": "array", "c[][]": "struct", "c[][].a": "int"}),
        ("map<string,struct<a:int>>", {"c": "map<string>", "c[]": "struct", "c[].a": "int"}),
    ],
)
def test_the_fields_of_a_struct_are_columns(type_, columns):
    assert dict(flat("c", type_)) == columns
