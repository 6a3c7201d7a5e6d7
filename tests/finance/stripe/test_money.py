"""Amounts in smallest units become whole units."""

from decimal import Decimal

import pytest


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("1999", "USD", "19.99"),
        ("1999", "JPY", "1999.00"),
        ("7", "EUR", "0.07"),
        ("0", "KRW", "0.00"),
        # Stripe gives these in hundredths, though no such unit is in use.
        ("500", "ISK", "5.00"),
        ("500", "UGX", "5.00"),
        # The largest that decimal(18,2) holds, and one more.
        ("999999999999999999", "USD", "9999999999999999.99"),
        ("1000000000000000000", "USD", None),
        ("10000000000000000", "JPY", None),
        ("99999999999999999999", "USD", None),
        *((amount, "USD", None) for amount in ("12.5", "12,50", "1e3", "-1", "", "ten", None)),
        ("1000", "KWD", None),
        ("1000", "XXX", None),
        ("1000", None, None),
    ],
)
def test_major_units(spark, amount, currency, expected):
    from pyspark.sql import functions as F

    from finance.stripe.money import major_units

    given = spark.createDataFrame([(amount, currency)], "amount string, currency string")
    found = given.select(major_units(F.col("amount"), F.col("currency")).alias("units")).first()["units"]
    assert found == (None if expected is None else Decimal(expected))
