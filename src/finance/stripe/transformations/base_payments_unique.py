"""That base_payments has one row a payment: the update fails where it has not."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from common.expectations import copies, unique


@dp.materialized_view(comment="How many rows each payment has in base_payments: one", private=True)
@dp.expect_all_or_fail(unique("payment_id"))
def base_payments_unique() -> DataFrame:
    return copies(spark.read.table("base_payments"), "payment_id")
