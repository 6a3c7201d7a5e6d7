"""The fixture `load_fixture`, on files of this test's own."""

from pathlib import Path

import pytest

from tests import conftest


@pytest.fixture
def fixtures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(conftest, "ROOT", tmp_path)
    folder = tmp_path / "fixtures/finance/stripe"
    folder.mkdir(parents=True)
    return folder


def rows(frame) -> list[dict]:
    return [row.asDict(recursive=True) for row in frame.collect()]


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "a", "amount": 1, "tags": ["x\u2028"]}\n\n{"id": "b", "amount": 2.5, "at": {"city": "Ålesund"}}\n',
        '[{"id": "a", "amount": 1, "tags": ["x\u2028"]},\n {"id": "b", "amount": 2.5, "at": {"city": "Ålesund"}}]',
    ],
    ids=["lines", "list"],
)
def test_json(load_fixture, fixtures, text):
    (fixtures / "x.json").write_text(text, encoding="utf-8")
    frame = load_fixture("finance/stripe/x.json")
    assert frame.schema.simpleString() == "struct<amount:double,at:struct<city:string>,id:string,tags:array<string>>"
    assert rows(frame) == [
        {"amount": 1.0, "at": None, "id": "a", "tags": ["x\u2028"]},
        {"amount": 2.5, "at": {"city": "Ålesund"}, "id": "b", "tags": None},
    ]


def test_csv(load_fixture, fixtures):
    (fixtures / "x.csv").write_text('id,total amount,note\na,10,"two\nlines, one value"\n\nb,,\n', encoding="utf-8")
    frame = load_fixture("finance/stripe/x.csv")
    assert frame.schema.simpleString() == "struct<id:string,total amount:string,note:string>"
    assert rows(frame) == [
        {"id": "a", "total amount": "10", "note": "two\nlines, one value"},
        {"id": "b", "total amount": None, "note": None},
    ]


def test_what_is_no_json_is_refused(load_fixture, fixtures):
    (fixtures / "x.json").write_text('{"id": "a"}\n{"id": \n')
    with pytest.raises(ValueError, match="Expecting value"):
        load_fixture("finance/stripe/x.json")


@pytest.mark.parametrize("name", ["x.parquet", "x", "x.jsonl", "x.JSON.gz"])
def test_another_suffix_is_refused(load_fixture, fixtures, name):
    (fixtures / name).touch()
    with pytest.raises(ValueError, match=rf"finance/stripe/{name} .* must end in \.json or \.csv"):
        load_fixture(f"finance/stripe/{name}")


def test_a_missing_file_is_named(load_fixture, fixtures):
    with pytest.raises(FileNotFoundError, match=r"no fixture finance/stripe/none\.csv"):
        load_fixture("finance/stripe/none.csv")


def test_the_session_is_marked(request, spark):
    assert request.node.get_closest_marker("spark")
