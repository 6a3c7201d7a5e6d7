"""Local tables and volumes: their names, their folders under `.local/<target>/`, their versions."""

from local_runner.tables.name import TableName
from local_runner.tables.store import ChangeLog, TableEntry, TableStore

__all__ = ["ChangeLog", "TableEntry", "TableName", "TableStore"]
