"""base_payments for the layers after it, which get nothing where a payment is there twice."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from common.expectations import counted, unique


@dp.temporary_view(comment="base_payments, and in copies how many rows the payment has: one, or the update fails")
@dp.expect_all_or_fail(unique("payment_id"))
def base_payments_unique() -> DataFrame:
    return counted(spark.read.table("base_payments"), "payment_id")
