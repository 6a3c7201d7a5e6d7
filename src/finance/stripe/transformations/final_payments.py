"""What the payments that succeeded add up to, per currency."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


@dp.materialized_view(comment="Total amount and number of successful payments, per currency")
def final_payment_summary() -> DataFrame:
    return (
        spark.read.table("staging_payments")
        .where("is_successful")
        .groupBy("currency")
        .agg(F.sum("amount").alias("total_amount"), F.count("*").alias("transaction_count"))
    )
