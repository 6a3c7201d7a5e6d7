"""Auto Loader (`format("cloudFiles")`) on open-source Spark.

    options + the folder's files
      --look at the files that are new-->  columns, which only grow (seen_columns.py)
      --Spark's own reader of the format-->  cells (json_files.py, csv_files.py, parquet_files.py)
      -->  typed columns, columns of the path, rescued data (rescue.py)

The order of events differs from Databricks' in one way: there a new column stops the stream, and the next update has it.
Here the new files are looked at before they are read, so the same run has it.
"""

from local_runner.pipeline.auto_loader.load import AutoLoader

__all__ = ["AutoLoader"]
