"""Which payments brought money in."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


@dp.materialized_view(comment="Payments with is_successful: false for failed, refunded and unfinished ones")
def staging_payments() -> DataFrame:
    payments = spark.read.table("base_payments_unique").drop("copies")
    return payments.withColumn("is_successful", F.col("status").eqNullSafe("succeeded"))
