"""Amounts as Stripe's API gives them: whole numbers of a currency's smallest unit.

Which currencies have how many decimals: Stripe's documentation, "Zero-decimal currencies" and "Special cases". It differs
from ISO 4217: ISK and UGX have no smaller unit in use, yet their amounts come in hundredths.
"""

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

from common.currencies import CURRENCIES

ZERO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
TWO_DECIMALS = tuple(currency for currency in CURRENCIES if currency not in ZERO_DECIMALS)


def major_units(amount: Column, currency: Column) -> Column:
    """`amount`, a text of smallest units of `currency` (an upper-case code), as decimal(18,2); null where it is neither.

    Null stands for: not a whole number, below zero, too large for decimal(18,2), a currency not among `CURRENCIES`.
    """
    smallest = amount.try_cast("bigint").cast("decimal(19,0)")
    major = F.when(currency.isin(*ZERO_DECIMALS), smallest).when(
        currency.isin(*TWO_DECIMALS), smallest * F.lit(Decimal("0.01"))
    )
    return F.when(smallest >= 0, major.try_cast("decimal(18,2)"))
