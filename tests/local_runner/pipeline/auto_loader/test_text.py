"""Auto Loader's text: a line is a row, and the schema is always the same."""

from datetime import date

import pytest

from tests.local_runner.pipeline.auto_loader.conftest import Case

pytestmark = pytest.mark.slow

FORMAT = "text"

CASES = {
    "lines": Case({"1.txt": 'one\n\n{"id": 1}\n'}, later={"2.txt": "two\n"}),
    "whole": Case({"1.txt": "one\ntwo\n"}, options={"wholeText": "true"}),
    "cut": Case({"1.txt": "one;two"}, options={"lineSep": ";"}),
    "days": Case({"day=2025-03-01/1.txt": "one\n"}, options={"cloudFiles.inferColumnTypes": "true"}),
    "named": Case({"1.txt": "one\n"}, change='.select("value", "_metadata.file_name")'),
}


def test_a_line_is_a_row_and_new_files_add_theirs(landed):
    assert landed.first("lines") == [{"value": value} for value in ["", "one", '{"id": 1}']]
    assert landed.second("lines") == [{"value": value} for value in ["", "one", "two", '{"id": 1}']]


def test_a_file_as_a_whole_and_another_end_of_lines(landed):
    assert landed.first("whole") == [{"value": "one\ntwo\n"}]
    assert landed.first("cut") == [{"value": "one"}, {"value": "two"}]


def test_directories_and_names_of_files(landed):
    assert landed.first("days") == [{"value": "one", "day": date(2025, 3, 1)}]
    assert landed.first("named") == [{"value": "one", "file_name": "1.txt"}]
