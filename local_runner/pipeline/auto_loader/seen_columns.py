"""What Auto Loader remembers of a folder between runs: the columns it has given, which only grow."""

import json
import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SeenColumns:
    """`columns` and `partitions` make the schema; `found` are the columns of the files, each name as it is written there.

    All three are StructTypes. `files` are those that have been looked at.
    """

    columns: Any
    partitions: Any
    found: Any
    files: frozenset[str]

    @property
    def others(self) -> list[Any]:
        """The fields of `found` that the schema has no place for, under exactly their name."""
        taken = {*self.columns.names, *self.partitions.names}
        return [field for field in self.found if field.name not in taken]

    def unknown(self, found: Any) -> list[str]:
        """The names of `found` that are no column, in whatever case."""
        known = {name.lower() for name in (*self.columns.names, *self.partitions.names)}
        return [name for name in found.names if name.lower() not in known]

    def after(self, found: Any, files: frozenset[str], grow: bool) -> "SeenColumns":
        """After a look at `files`, which hold the columns `found`; new ones join the schema where it may `grow`.

        A name that differs from a column's by case alone is no column of its own.
        """
        from pyspark.sql.types import StructType

        new = StructType([field for field in found if field.name not in self.partitions.names])
        columns = widened(self.columns, new) if grow else self.columns
        every = StructType([*self.found, *(field for field in found if field.name not in self.found.names)])
        return replace(self, columns=columns, found=every, files=self.files | files)


def nothing_seen() -> SeenColumns:
    from pyspark.sql.types import StructType

    return SeenColumns(StructType([]), StructType([]), StructType([]), frozenset())


def widened(one: Any, other: Any) -> Any:
    """The StructType `one`, with the fields that only `other` has at its end, and so within each struct.

    A field that both have keeps the name and the type of `one`.
    """
    from pyspark.sql.types import StructField, StructType

    fields: dict[str, Any] = {field.name.lower(): field for field in one}
    for new in other:
        field = fields.setdefault(new.name.lower(), new)
        if field is not new and isinstance(field.dataType, StructType) and isinstance(new.dataType, StructType):
            fields[new.name.lower()] = StructField(field.name, widened(field.dataType, new.dataType))
    return StructType(list(fields.values()))


def load_seen(file: Path | None) -> SeenColumns | None:
    """What an earlier run has saved in `file`; None where there is nothing."""
    from pyspark.sql.types import StructType

    if file is None or not file.exists():
        return None
    value = json.loads(file.read_text("utf-8"))
    schemas = (StructType.fromJson(value[name]) for name in ("columns", "partitions", "found"))
    return SeenColumns(*schemas, frozenset(value["files"]))


def save_seen(file: Path, seen: SeenColumns) -> None:
    """Write `seen` to `file`, in one step."""
    value = {name: getattr(seen, name).jsonValue() for name in ("columns", "partitions", "found")}
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    staged.write_text(json.dumps({**value, "files": sorted(seen.files)}, indent=1), "utf-8")
    os.replace(staged, file)
