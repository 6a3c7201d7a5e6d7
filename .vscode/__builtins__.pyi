# Names that Databricks, and a local run, give to every pipeline file without an import.
from pyspark.sql import SparkSession

spark: SparkSession
