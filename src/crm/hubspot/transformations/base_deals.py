"""One row a deal: its newest state, with types."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from common.currencies import CURRENCIES
from common.expectations import amounts, known, readable, required
from common.times import instant

# An older state may come in a newer file: the newest state wins, then the one in the later file; the rest makes the choice
# the same on every run.
AGE = ("modified_at", "source_file", "dealstage", "amount", "deal_currency_code", "dealname")


@dp.materialized_view(comment="The newest state of each deal; one that is not won may have no amount")
@dp.expect_all_or_drop(required("deal_id") | known("currency", CURRENCIES))
@dp.expect_or_drop("won_deal_has_worth", "NOT stage <=> 'closedwon' OR (amount IS NOT NULL AND amount >= 0)")
@dp.expect_all(readable("modified_at") | amounts("amount"))
def base_deals() -> DataFrame:
    newest_first = Window.partitionBy("deal_id").orderBy(F.struct(*AGE).desc())
    return (
        spark.read.table("raw_deals")
        .withColumn("deal_id", F.nullif(F.trim("hs_object_id"), F.lit("")))
        .withColumn("modified_at", instant("hs_lastmodifieddate"))
        .withColumn("place", F.row_number().over(newest_first))
        # Rows without an id are not states of one deal: each stays, to be counted by the rule that drops it.
        .where("place = 1 OR deal_id IS NULL")
        .select(
            "deal_id",
            F.col("dealname").alias("name"),
            F.lower(F.trim("dealstage")).alias("stage"),
            F.col("amount").try_cast("decimal(18,2)").alias("amount"),
            F.upper(F.trim("deal_currency_code")).alias("currency"),
            "modified_at",
        )
    )
