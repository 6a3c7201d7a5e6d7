"""Local tables and volumes: their names, their folders under `.local/<target>/`, their versions."""

from local_runner.tables.name import TableName
from local_runner.tables.store import TableEntry, TableStore

__all__ = ["TableEntry", "TableName", "TableStore"]
