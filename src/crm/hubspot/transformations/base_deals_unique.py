"""base_deals for the layers after it, which get nothing where a deal is there twice."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame

from common.expectations import counted, unique


@dp.temporary_view(comment="base_deals, and in copies how many rows the deal has: one, or the update fails")
@dp.expect_all_or_fail(unique("deal_id"))
def base_deals_unique() -> DataFrame:
    return counted(spark.read.table("base_deals"), "deal_id")
