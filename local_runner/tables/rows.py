"""A stored table's rows, read without Spark: no server has to start to look at a table."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from local_runner.tables.store import TableEntry, TableStore


def columns(entry: TableEntry) -> list[str]:
    return [column["name"] for column in entry.schema["fields"]]


def rows(store: TableStore, entry: TableEntry, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The first `limit` rows (all where None) as dicts: column name to Python value."""
    dataset = _dataset(store, entry)
    variants = {column["name"] for column in entry.schema["fields"] if column["type"] == "variant"}
    left = limit
    for batch in dataset.to_batches(columns=[name for name in columns(entry) if name in dataset.schema.names]):
        for row in as_rows(batch.slice(0, left)):
            values = {name: row.get(name) for name in columns(entry)}
            yield values | {name: _variant(values[name]) for name in variants}
        if left is not None:
            left = max(left - batch.num_rows, 0)
            if left == 0:
                return


def as_rows(batch: Any) -> list[dict[str, Any]]:
    """The rows of an Arrow batch or table; a map is a dict, or a list of pairs where its keys cannot be a dict's."""
    try:
        return batch.to_pylist(maps_as_pydicts="strict")
    except TypeError:
        return batch.to_pylist()


def count(store: TableStore, entry: TableEntry) -> int:
    """How many rows the table has, from the files' own footers."""
    return _dataset(store, entry).count_rows()


def _variant(stored: dict[str, bytes] | None) -> Any:
    """The JSON value that a VARIANT holds."""
    from pyspark.sql.variant_utils import VariantUtils

    if stored is None:
        return None
    return json.loads(VariantUtils.to_json(stored["value"], stored["metadata"], "UTC"), parse_float=Decimal)


def _dataset(store: TableStore, entry: TableEntry) -> Any:
    """The table's files as one dataset; a column that only newer files have is null in the older ones."""
    import pyarrow as pa
    from pyarrow import parquet
    from pyarrow.dataset import dataset

    files = sorted(str(path) for path in store.data_folder(entry).glob("*.parquet"))
    schemas = [parquet.read_schema(file) for file in files]
    return dataset(files, schema=pa.unify_schemas(schemas) if schemas else pa.schema([]), format="parquet")
