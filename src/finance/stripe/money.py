"""Amounts as Stripe's API gives them: whole numbers of a currency's smallest unit.

Which currencies have how many decimals: Stripe's documentation, "Supported currencies", "Zero-decimal currencies" and
"Special cases". It differs from ISO 4217: ISK and UGX have no smaller unit in use, yet their amounts come in hundredths.
Three-decimal currencies (BHD, JOD, KWD, OMR, TND) are left out: `decimal(18,2)` cannot hold them.
"""

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

ZERO_DECIMALS = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
# Split, because the formatter would give each its own line.
TWO_DECIMALS = tuple(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE CZK
    DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD KES KGS KHR KYD KZT LAK LBP
    LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
    RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW
    """.split()  # noqa: SIM905
)
CURRENCIES = (*ZERO_DECIMALS, *TWO_DECIMALS)


def major_units(amount: Column, currency: Column) -> Column:
    """`amount`, a text of smallest units of `currency` (an upper-case code), as decimal(18,2); null where it is neither.

    Null stands for: not a whole number, below zero, too large for decimal(18,2), a currency not listed above.
    """
    smallest = amount.try_cast("bigint").cast("decimal(19,0)")
    major = F.when(currency.isin(*ZERO_DECIMALS), smallest).when(
        currency.isin(*TWO_DECIMALS), smallest * F.lit(Decimal("0.01"))
    )
    return F.when(smallest >= 0, major.try_cast("decimal(18,2)"))
