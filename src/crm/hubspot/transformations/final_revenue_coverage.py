"""How much of what was sold has been paid."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


@dp.materialized_view(comment="Per currency: deals won, their worth, what was paid, and the share of the worth that this is")
def final_revenue_coverage() -> DataFrame:
    none = F.lit(0).cast("decimal(28,2)")
    return (
        spark.read.table("staging_revenue")
        .select(
            "currency",
            F.coalesce("deals_won", F.lit(0)).alias("deals_won"),
            F.coalesce("won_amount", none).alias("won_amount"),
            F.coalesce("paid_amount", none).alias("paid_amount"),
        )
        # Of nothing there is no share.
        .withColumn("paid_share", F.try_divide("paid_amount", "won_amount").cast("decimal(10,4)"))
    )
