"""`display`: the first rows of a DataFrame in the terminal.

Databricks shows it in a notebook and leaves it out of a pipeline's update. Here it shows real rows only: not while the graph
is built, and of a stream the columns.
"""

from typing import Any

from local_runner.pipeline.reading import current_reader

ROWS = 20


def display(value: Any = None, *_: Any, **__: Any) -> None:
    """Print the first rows of a DataFrame (Spark's or pandas'), or any other value as it is."""
    from pyspark.sql.connect.dataframe import DataFrame

    from local_runner.terminal import print_table

    reader = current_reader()
    if reader is not None and not reader.has_rows:
        return
    if not isinstance(value, DataFrame):
        print(value)
    elif value.isStreaming:
        print(f"a stream of {value.schema.simpleString()}")
    else:
        rows = [row.asDict(recursive=True) for row in value.limit(ROWS).collect()]
        print_table(f"the first {ROWS} rows" if len(rows) == ROWS else "all rows", value.columns, rows)
