"""Each layer of finance/stripe, with given input."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.finance.stripe.oracle import expected_base, expected_final, expected_staging, landed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

PAIR = "finance/stripe"


def rows(table: "DataFrame", *order: str) -> list[dict]:
    """The rows of `table`, timestamps as instants in UTC whatever the session's time zone."""
    from pyspark.sql import functions as F

    if "created_at" in table.columns:
        table = table.withColumn("created_at", F.unix_micros("created_at"))
    found = [row.asDict() for row in table.orderBy(*order).collect()]
    for row in found:
        if row.get("created_at") is not None:
            row["created_at"] = datetime.fromtimestamp(row["created_at"] / 1e6, tz=timezone.utc)
    return found


def march(day: int, hour: int, minute: int = 0, microsecond: int = 0) -> datetime:
    return datetime(2025, 3, day, hour, minute, 0, microsecond, tzinfo=timezone.utc)


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York"])
def test_base_holds_the_newest_event_of_each_payment(dataset, load_fixture, spark, time_zone):
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", time_zone)
    try:
        base = dataset(PAIR, "base_payments", raw_payments=load_fixture("finance/stripe/raw_payments.csv"))
        found = [tuple(row.values()) for row in rows(base, "payment_id")]
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)

    assert found == [
        ("again", Decimal("10.00"), "USD", "succeeded", march(1, 10)),
        ("corrected", Decimal("41.00"), "EUR", "succeeded", march(1, 13)),
        ("no creation time", Decimal("8.00"), "USD", "failed", None),
        ("no event time", Decimal("50.00"), "CHF", "processing", march(1, 14)),
        ("no status", Decimal("9.00"), "USD", None, march(1, 18)),
        ("one instant", Decimal("30.00"), "GBP", "succeeded", march(1, 6, 30)),
        ("refunded", Decimal("20.00"), "EUR", "refunded", march(1, 10)),
        ("untidy", Decimal("700.00"), "KRW", "succeeded", march(1, 16, 0, 250_000)),
        ("yen", Decimal("6000.00"), "JPY", "succeeded", march(1, 15)),
    ]
    assert [(field.name, field.dataType.simpleString()) for field in base.schema] == [
        ("payment_id", "string"),
        ("amount", "decimal(18,2)"),
        ("currency", "string"),
        ("status", "string"),
        ("created_at", "timestamp"),
    ]


def test_a_payment_that_is_there_twice_goes_no_further(dataset, spark):
    once = spark.createDataFrame([("p1", "failed"), ("p2", "succeeded")], "payment_id string, status string")
    twice = once.union(once.where("payment_id = 'p2'"))
    with pytest.raises(Exception, match=r'unique_payment_id failed: the row \{"payment_id":"p2",.*"copies":2\}'):
        dataset(PAIR, "staging_payments", base_payments=twice)
    staging = dataset(PAIR, "staging_payments", base_payments=once)
    assert staging.columns == ["payment_id", "status", "is_successful"]
    assert [row["payment_id"] for row in rows(staging, "payment_id")] == ["p1", "p2"]


def test_staging_marks_the_payments_that_succeeded(dataset, spark):
    statuses = ["succeeded", "failed", "refunded", "processing", "disputed", None]
    base = spark.createDataFrame(list(enumerate(statuses)), "payment_id int, status string")

    staging = dataset(PAIR, "staging_payments", base_payments=base)
    assert [row["is_successful"] for row in rows(staging, "payment_id")] == [True, False, False, False, False, False]


def test_final_adds_up_what_succeeded(dataset, spark):
    payments = [
        ("USD", "10.00", True),
        ("USD", "0.05", True),
        ("USD", "99.00", False),
        ("JPY", "500.00", True),
        ("EUR", "1.00", False),
    ]
    given = [(currency, Decimal(amount), succeeded) for currency, amount, succeeded in payments]
    staging = spark.createDataFrame(given, "currency string, amount decimal(18,2), is_successful boolean")

    assert rows(dataset(PAIR, "final_payment_summary", staging_payments=staging), "currency") == [
        {"currency": "JPY", "total_amount": Decimal("500.00"), "transaction_count": 1},
        {"currency": "USD", "total_amount": Decimal("10.05"), "transaction_count": 2},
    ]


def test_landed_files_give_what_plain_python_gives(dataset, spark):
    columns = ["event_id", "payment_id", "amount", "currency", "status", "created_at", "event_at", "source_file"]
    landed_rows = [tuple(row.get(column) for column in columns) for row in landed()]
    raw = spark.createDataFrame(landed_rows, ", ".join(f"{column} string" for column in columns))

    base = dataset(PAIR, "base_payments", raw_payments=raw)
    assert rows(base, "payment_id") == expected_base()
    staging = dataset(PAIR, "staging_payments", base_payments=base)
    assert rows(staging, "payment_id") == expected_staging()
    assert rows(dataset(PAIR, "final_payment_summary", staging_payments=staging), "currency") == expected_final()
