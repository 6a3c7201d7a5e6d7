"""The sets of rules, held against rows by Spark."""

import pytest

pytest.importorskip("pyspark", reason="comes with Spark, for Python 3.11 and newer")

from common import expectations as sets

ROWS = [
    # A name, whether it is there, and whether it is one of a, b and it's; an amount, and whether it is one.
    ("a", True, True, "0.00", True),
    ("it's", True, True, "12.50", True),
    ("c", True, False, "-0.01", False),
    ("", True, False, "99.99", True),
    (None, False, False, None, False),
]


def broken(spark, rules):
    """How many of the rows break each rule, none of which may be NULL."""
    from pyspark.sql import functions as F

    given = [(name, amount) for name, _, _, amount, _ in ROWS]
    frame = spark.createDataFrame(given, "name string, text string").selectExpr(
        "name", "CAST(text AS decimal(18,2)) AS amount"
    )
    counts = [F.count_if(F.expr(f"NOT ({condition})")).alias(rule) for rule, condition in rules.items()]
    nulls = F.count_if(F.expr(" OR ".join(f"({condition}) IS NULL" for condition in rules.values())))
    *found, unknown = frame.select(*counts, nulls).first()
    assert unknown == 0
    return dict(zip(rules, found, strict=True))


def test_each_set_refuses_what_its_rule_says(spark):
    rules = sets.required("name", "amount") | sets.known("name", ["a", "b", "it's", "\\"]) | sets.amounts("amount")
    assert broken(spark, rules) == {
        "has_name": sum(not there for _, there, *_ in ROWS),
        "has_amount": 1,
        "known_name": sum(not known for _, _, known, *_ in ROWS),
        "valid_amount": sum(not sound for *_, sound in ROWS),
    }
    assert broken(spark, sets.readable("amount")) == {"valid_amount": 1}


def test_the_copies_of_a_key_are_counted(spark):
    table = spark.createDataFrame([("a", 1), ("a", 1), ("a", 2), (None, 1)], "name string, day int")
    rows = sorted((str(row.name), row.day, row.copies) for row in sets.counted(table, "name", "day").collect())
    assert rows == [("None", 1, 1), ("a", 1, 2), ("a", 1, 2), ("a", 2, 1)]
    assert sets.unique("name", "day") == {"unique_name_day": "copies = 1"}


@pytest.mark.parametrize("value", ["it's", "\\", "\\'", "a\nb", '"'])
def test_any_text_can_be_a_known_value(spark, value):
    frame = spark.createDataFrame([(value,), ("other",)], "name string")
    (condition,) = sets.known("name", [value]).values()
    assert [row.name for row in frame.where(condition).collect()] == [value]
