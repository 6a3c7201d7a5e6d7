"""Every line of every deal export that has landed, as it came."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# The columns that the next layer reads, under HubSpot's own names, are there even before a file holds them.
COLUMNS = ("hs_object_id", "dealname", "dealstage", "amount", "deal_currency_code", "hs_lastmodifieddate")


@dp.table(comment="Deals as exported: all text, one row a line, with the file they came in")
def raw_deals() -> DataFrame:
    return (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "csv")
        .option("cloudFiles.schemaEvolutionMode", "addNewColumns")
        .option("cloudFiles.schemaHints", ", ".join(f"{name} STRING" for name in COLUMNS))
        .option("header", "true")
        # A quote within quotes is written twice.
        .option("escape", '"')
        .load(spark.conf.get("landing.deals_path"))
        .withColumn("source_file", F.col("_metadata.file_name"))
    )
