"""Each layer of crm/hubspot, with given input."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from tests.crm.hubspot.oracle import expected_base, expected_final, landed

PAIR = "crm/hubspot"
SUMMARY = {"payments.summary": "finance.stripe.final_payment_summary"}
RAW = ["hs_object_id", "dealname", "dealstage", "amount", "deal_currency_code", "hs_lastmodifieddate", "source_file"]


def rows(table, order):
    """The rows of `table`, timestamps as instants in UTC whatever the session's time zone."""
    from pyspark.sql import functions as F

    if "modified_at" in table.columns:
        table = table.withColumn("modified_at", F.unix_micros("modified_at"))
    found = [row.asDict() for row in table.orderBy(order).collect()]
    for row in found:
        if row.get("modified_at") is not None:
            row["modified_at"] = datetime.fromtimestamp(row["modified_at"] / 1e6, tz=timezone.utc)
    return found


def test_base_holds_the_newest_state_of_each_deal(dataset, spark):
    noon, later = "2025-03-01T12:00:00+00:00", "2025-03-01T15:00:00+02:00"
    raw = [
        ("changed", "A", "contractsent", "10.00", "EUR", noon, "day-2"),
        ("changed", "A", " ClosedWon ", "12.50", " eur ", later, "day-1"),
        ("open", "B", "contractsent", None, "USD", noon, "day-1"),
        ("no time", "C", "closedlost", "on request", "JPY", "2025-03-01 12:00", "day-1"),
        ("worthless", "D", "closedwon", None, "USD", noon, "day-1"),
        ("negative", "E", "closedwon", "-1.00", "USD", noon, "day-1"),
        ("unknown currency", "F", "closedwon", "1.00", "XXX", noon, "day-1"),
        ("no currency", "G", "closedwon", "1.00", None, noon, "day-1"),
        (" ", "H", "closedwon", "1.00", "USD", noon, "day-1"),
        (None, "I", "closedwon", "1.00", "USD", noon, "day-1"),
    ]
    base = dataset(PAIR, "base_deals", raw_deals=spark.createDataFrame(raw, ", ".join(f"{name} string" for name in RAW)))
    hour = datetime(2025, 3, 1, 12, tzinfo=timezone.utc)
    assert [tuple(row.values()) for row in rows(base, "deal_id")] == [
        ("changed", "A", "closedwon", Decimal("12.50"), "EUR", hour.replace(hour=13)),
        ("no time", "C", "closedlost", None, "JPY", None),
        ("open", "B", "contractsent", None, "USD", hour),
    ]


def test_a_deal_that_is_there_twice_goes_no_further(dataset, spark):
    deal = "currency string, stage string, amount decimal(18,2), deal_id string"
    base = spark.createDataFrame([("EUR", "closedwon", Decimal(1), "d1"), ("EUR", "closedwon", Decimal(2), "d1")], deal)
    paid = spark.createDataFrame([("EUR", 20.05)], "currency string, total_amount double")
    with pytest.raises(Exception, match=r'unique_deal_id failed: the row \{.*"deal_id":"d1","copies":2\}'):
        dataset(PAIR, "staging_revenue", SUMMARY, base_deals=base, final_payment_summary=paid)


def test_staging_puts_what_was_won_beside_what_was_paid(dataset, spark):
    deals = [("EUR", "closedwon", "1.50"), ("EUR", "closedwon", "2.00"), ("EUR", "contractsent", "9.00")]
    deals += [("SEK", "closedwon", "7.00"), ("USD", "closedlost", "5.00")]
    base = spark.createDataFrame(
        [(*deal[:2], Decimal(deal[2]), number) for number, deal in enumerate(deals)],
        "currency string, stage string, amount decimal(18,2), deal_id int",
    )
    paid = spark.createDataFrame([("EUR", 20.05, 3), ("CHF", 0.1, 1)], "currency string, total_amount double, n int")
    staging = dataset(PAIR, "staging_revenue", SUMMARY, base_deals=base, final_payment_summary=paid)
    assert [tuple(row.values()) for row in rows(staging, "currency")] == [
        ("CHF", None, None, Decimal("0.10")),
        ("EUR", 2, Decimal("3.50"), Decimal("20.05")),
        ("SEK", 1, Decimal("7.00"), None),
    ]


def test_final_gives_the_share_that_was_paid(dataset, spark):
    revenue = [("CHF", None, None, "0.10"), ("EUR", 2, "3.00", "2.00"), ("SEK", 1, "7.00", None), ("USD", 1, "0.00", "5.00")]
    given = [(*row[:2], *(amount and Decimal(amount) for amount in row[2:])) for row in revenue]
    schema = "currency string, deals_won bigint, won_amount decimal(28,2), paid_amount decimal(28,2)"
    final = dataset(PAIR, "final_revenue_coverage", staging_revenue=spark.createDataFrame(given, schema))
    zero = Decimal("0.00")
    assert [tuple(row.values()) for row in rows(final, "currency")] == [
        ("CHF", 0, zero, Decimal("0.10"), None),
        ("EUR", 2, Decimal("3.00"), Decimal("2.00"), Decimal("0.6667")),
        ("SEK", 1, Decimal("7.00"), zero, Decimal("0.0000")),
        ("USD", 1, zero, Decimal("5.00"), None),
    ]


def test_landed_files_give_what_plain_python_gives(dataset, load_fixture, spark):
    summary = load_fixture("finance/stripe/final_payment_summary.csv")
    paid = {row.currency: Decimal(row.total_amount) for row in summary.collect()}
    given = [tuple(row[column] for column in RAW) for row in landed()]
    base = dataset(PAIR, "base_deals", raw_deals=spark.createDataFrame(given, ", ".join(f"{name} string" for name in RAW)))
    assert rows(base, "deal_id") == expected_base()
    staging = dataset(PAIR, "staging_revenue", SUMMARY, base_deals=base, final_payment_summary=summary)
    final = dataset(PAIR, "final_revenue_coverage", staging_revenue=staging)
    assert rows(final, "currency") == expected_final(paid)
