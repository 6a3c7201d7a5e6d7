"""That base_deals has one row a deal: the update fails where it has not."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from common.expectations import copies, unique


@dp.materialized_view(comment="How many rows each deal has in base_deals: one", private=True)
@dp.expect_all_or_fail(unique("deal_id"))
def base_deals_unique() -> DataFrame:
    return copies(spark.read.table("base_deals"), "deal_id")
