"""Three-part names."""

import pytest

from local_runner.diagnostics import Failure
from local_runner.tables import TableName


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t", "c.s.t"),
        ("other.t", "c.other.t"),
        ("a.b.t", "a.b.t"),
        ("A.B.T", "a.b.t"),
        ("`a-1`.`b c`.t", "a-1.b c.t"),
    ],
)
def test_a_name_takes_what_it_leaves_out_from_the_pipeline(text, expected):
    assert str(TableName.parse(text, "c", "s")) == expected


def test_dots_and_backticks_within_backticks_are_part_of_the_name():
    assert TableName.parse("`a.b`.`c``d`", "c", "s") == TableName("c", "a.b", "c`d")


@pytest.mark.parametrize("text", ["", "a.", ".a", "a..b", "a.b.c.d", "a b", "`a", "..", "`..`", "`a/b`", "`a\\b`"])
def test_what_is_no_name_or_would_leave_the_folder_is_refused(text):
    with pytest.raises(Failure):
        TableName.parse(text, "c", "s")
