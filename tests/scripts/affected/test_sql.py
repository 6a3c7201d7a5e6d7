"""SQL as what it says."""

import pytest

from scripts.affected.sql import settings_named, statements

TEXT = "CREATE STREAMING TABLE a AS SELECT x, 'A b' FROM STREAM(t);\n\nSET y = 1;\n"


def codes(text):
    return [code for _, _, code in statements(text)]


def test_each_statement_with_its_line():
    assert [line for line, _, _ in statements(f"-- A comment\n{TEXT}")] == [2, 4]


@pytest.mark.parametrize(
    "same",
    [
        TEXT.replace("SELECT x,", "select /* why */ x\n  ,"),
        TEXT.replace(";\n\n", "\n;\n-- Next\n").rstrip(";\n"),
        TEXT + ";;\n",
    ],
)
def test_comments_case_of_keywords_and_layout_say_nothing(same):
    assert codes(same) == codes(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [("x,", "X,"), ("'A b'", "'a b'"), ("'A b'", "'A  b'"), ("'A b'", "A b"), ("SELECT x", "SELECT /*+ COALESCE(1) */ x")],
)
def test_names_texts_and_hints_do(old, new):
    assert codes(TEXT.replace(old, new)) != codes(TEXT)


def test_what_cannot_be_read_is_what_it_is():
    assert codes("SELECT 'open") == ["SELECT 'open"]


def test_settings():
    assert settings_named("SELECT * FROM ${a.b}.t WHERE x > ${limit}") == {"a.b", "limit"}
