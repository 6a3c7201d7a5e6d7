"""A pipeline's source files: read without Spark, then run for what they define."""
