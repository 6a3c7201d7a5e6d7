"""One row a payment: its newest event, with types."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from common.currencies import CURRENCIES
from common.expectations import amounts, known, readable, required
from common.times import instant
from finance.stripe.money import major_units

# The same event may come in several files, and an older one after a newer one: the newest event of a payment wins, whatever
# file it is in. Of two at one instant the one further on in a payment's life wins, then the one in the later file; the rest
# makes the choice the same on every run.
AGE = ("event_time", "stage", "source_file", "event_id", "status", "amount", "currency", "created_at")
STAGES = ["processing", "failed", "succeeded", "refunded"]


@dp.materialized_view(comment="The newest state of each payment; amounts in whole currency units, times as instants")
@dp.expect_all_or_drop(required("payment_id") | known("currency", CURRENCIES) | amounts("amount"))
@dp.expect_all(readable("created_at"))
def base_payments() -> DataFrame:
    newest_first = Window.partitionBy("payment_id").orderBy(F.struct(*AGE).desc())
    return (
        spark.read.table("raw_payments")
        .withColumn("payment_id", F.nullif(F.trim("payment_id"), F.lit("")))
        .withColumn("status", F.lower(F.trim("status")))
        .withColumn("event_time", instant("event_at"))
        .withColumn("stage", F.array_position(F.lit(STAGES), F.col("status")))
        .withColumn("place", F.row_number().over(newest_first))
        # Rows without an id are not events of one payment: each stays, to be counted by the rule that drops it.
        .where("place = 1 OR payment_id IS NULL")
        .withColumn("currency", F.coalesce(F.upper(F.trim("currency")), F.lit("")))
        .select(
            "payment_id",
            major_units(F.col("amount"), F.col("currency")).alias("amount"),
            "currency",
            "status",
            instant("created_at").alias("created_at"),
        )
    )
