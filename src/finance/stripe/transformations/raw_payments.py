"""Every line of every payment file that has landed, as it came."""

from pyspark import pipelines as dp
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

# The columns that the next layer reads are there even before a file holds them. A column that only newer files have is added
# when it comes. A line that is not JSON is kept whole in _corrupt_record.
COLUMNS = ("event_id", "payment_id", "amount", "currency", "status", "created_at", "event_at", "_corrupt_record")


@dp.table(comment="Payment events as landed: all text, one row a line, with the file they came in")
def raw_payments() -> DataFrame:
    return (
        spark.readStream.format("cloudFiles")
        .option("cloudFiles.format", "json")
        .option("cloudFiles.schemaEvolutionMode", "addNewColumns")
        .option("cloudFiles.schemaHints", ", ".join(f"{name} STRING" for name in COLUMNS))
        .load(spark.conf.get("landing.payments_path"))
        .withColumn("source_file", F.col("_metadata.file_name"))
    )
