"""What was sold and what was paid, side by side."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MONEY = "decimal(28,2)"


@dp.materialized_view(
    comment="Per currency: the worth of the deals won, and what finance's payments add up to; NULL for none"
)
def staging_revenue() -> DataFrame:
    won = (
        spark.read.table("base_deals_unique")
        .where("stage = 'closedwon'")
        .groupBy("currency")
        .agg(F.count("*").alias("deals_won"), F.sum("amount").cast(MONEY).alias("won_amount"))
    )
    payments = spark.read.table(spark.conf.get("payments.summary"))
    # A cast, because a fixture in its place has the types that CSV gives.
    paid = payments.select("currency", F.col("total_amount").cast(MONEY).alias("paid_amount"))
    # Neither side is the measure: deals may wait for money, and money may come without a deal.
    return won.join(paid, "currency", "full_outer")
