"""The recorded contracts: what is written, what is read back, and what is no contract."""

import pytest

from local_runner.diagnostics import Failure, Location
from scripts.contract.files import file_of, pairs, read, write
from scripts.contract.tables import Column, Table

HERE = Location("final_orders.py", 3)
PAIR = "sales/shop"


def table(**columns):
    return Table({name: Column(type_, HERE) for name, type_ in columns.items()}, HERE)


def types(tables):
    return {name: {column: of.type for column, of in one.columns.items()} for name, one in tables.items()}


def test_a_line_a_column(tmp_path):
    assert write(tmp_path, PAIR, {"final_b": table(id="bigint not null"), "final_a": table(z="string", a="array<int>")})
    assert file_of(tmp_path, PAIR).read_text() == (
        "# The final tables of sales/shop, for those who read them: `just contract --update` writes this file.\n"
        "final_a:\n  z: string\n  a: array<int>\nfinal_b:\n  id: bigint not null\n"
    )
    assert pairs(tmp_path) == [PAIR]
    assert [path.name for path in (tmp_path / "contracts/sales").iterdir()] == ["shop.yml"]


def test_what_is_written_is_read_back_whatever_the_names(tmp_path):
    awkward = ["yes", "null", "1", "a: b", "#", "é", "'", '"', "x[]", "- a", " a ", "a.b", "😀", "a\nb", "{x}", "~", "<<"]
    columns = {name: "decimal(18,2) not null" for name in awkward}
    write(tmp_path, PAIR, {"final_a": table(**columns)})
    assert types(read(tmp_path, PAIR)) == {"final_a": columns}


def test_writing_the_same_changes_nothing_and_no_tables_remove_the_file(tmp_path):
    tables = {"final_a": table(id="int")}
    assert write(tmp_path, PAIR, tables)
    assert not write(tmp_path, PAIR, tables)
    assert write(tmp_path, PAIR, {})
    assert not write(tmp_path, PAIR, {})
    assert pairs(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("final_a\n", 1),
        ("final_a:\n  id: int\nfinal_b: int\n", 3),
        ("final_a:\n  id: int\n  id: string\n", 3),
        ("final_a:\n  id: [int]\n", 2),
        ("final_a:\n  id: int\n<<<<<<< main\n", 4),  # where YAML misses a colon
        ("final_a:\n  [x]: int\n", 2),
        ("final_a: *x\n", 1),
        (b"final_a:\n  id: \xff\n", 0),
    ],
)
def test_what_is_no_contract_is_refused_at_its_line(tmp_path, text, line):
    file = file_of(tmp_path, PAIR)
    file.parent.mkdir(parents=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Failure, match="is no contract") as caught:
        read(tmp_path, PAIR)
    (problem,) = caught.value.diagnostics
    assert (problem.location, "just contract --update" in problem.remedy) == (Location(str(file), line), True)


@pytest.mark.parametrize("type_", ["decimal(99,2", "decimal99,2)", "map<string,int", "map<string)", "array<int>>"])
def test_what_is_no_type_is_refused_at_its_line(tmp_path, type_):
    file = file_of(tmp_path, PAIR)
    file.parent.mkdir(parents=True)
    file.write_text(f"final_a:\n  id: int\n  total: {type_}\n")
    with pytest.raises(Failure) as caught:
        read(tmp_path, PAIR)
    (problem,) = caught.value.diagnostics
    assert problem.summary == f"{type_} is no type: its brackets do not match"
    assert (problem.location, "just contract --update" in problem.remedy) == (Location(str(file), 3), True)
