"""What Auto Loader remembers of a folder between runs: the columns it has given, which only grow."""

import json
import os
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SeenColumns:
    """`columns` and `partitions` (StructTypes) make the schema; `others` are names in the files that it leaves out.

    `files` are those that have been looked at.
    """

    columns: Any
    partitions: Any
    others: tuple[str, ...]
    files: frozenset[str]

    def add(self, found: Any, files: frozenset[str], grow: bool) -> "SeenColumns":
        """After `files`, which hold the columns `found` (a StructType): new ones join the schema where it may `grow`.

        A name that differs from a column's by case alone is no column of its own, and stays out of the schema.
        """
        from pyspark.sql.types import StructType

        new = StructType([field for field in found if field.name not in self.partitions.names])
        columns = widened(self.columns, new) if grow else self.columns
        taken = {*self.others, *columns.names, *self.partitions.names}
        others = (*self.others, *(name for name in found.names if name not in taken))
        return SeenColumns(columns, self.partitions, others, self.files | files)

    def unknown(self, found: Any) -> list[str]:
        """The names of `found` that are no column, in whatever case."""
        known = {name.lower() for name in (*self.columns.names, *self.partitions.names)}
        return [name for name in found.names if name.lower() not in known]

    def hinted(self, hints: Any) -> "SeenColumns":
        """With the types of `hints`, and the hinted columns that are new at the end."""
        from pyspark.sql.types import StructType

        types = {hint.name.lower(): hint for hint in hints or ()}
        columns = StructType([types.pop(field.name.lower(), field) for field in self.columns])
        return replace(self, columns=StructType([*columns, *types.values()]))

    def in_order_of(self, found: Any) -> "SeenColumns":
        """The same, the columns of `found` (a StructType) first and in its order."""
        from pyspark.sql.types import StructType

        places = {name.lower(): place for place, name in reversed(list(enumerate(found.names)))}
        last = len(places)
        ordered = sorted(self.columns, key=lambda field: places.get(field.name.lower(), last))
        return replace(self, columns=StructType(ordered))


def first_columns(columns: Any) -> SeenColumns:
    """Before a file was looked at: the StructType `columns` alone."""
    from pyspark.sql.types import StructType

    return SeenColumns(columns, StructType([]), (), frozenset())


def widened(one: Any, other: Any) -> Any:
    """The StructType `one`, with the fields that only `other` has at its end, and so within each struct.

    A field that both have keeps the type of `one`.
    """
    from pyspark.sql.types import StructField, StructType

    more = {field.name.lower(): field for field in reversed(list(other))}
    fields = []
    for field in one:
        new = more.pop(field.name.lower(), None)
        if new and isinstance(field.dataType, StructType) and isinstance(new.dataType, StructType):
            field = StructField(field.name, widened(field.dataType, new.dataType), field.nullable)
        fields.append(field)
    return StructType([*fields, *(field for field in other if more.get(field.name.lower()) is field)])


def load_seen(file: Path | None) -> SeenColumns | None:
    """What an earlier run has saved in `file`; None where there is nothing."""
    from pyspark.sql.types import StructType

    if file is None or not file.exists():
        return None
    value = json.loads(file.read_text("utf-8"))
    columns, partitions = StructType.fromJson(value["columns"]), StructType.fromJson(value["partitions"])
    return SeenColumns(columns, partitions, tuple(value["others"]), frozenset(value["files"]))


def save_seen(file: Path, seen: SeenColumns) -> None:
    """Write `seen` to `file`, in one step."""
    value = {
        "columns": seen.columns.jsonValue(),
        "partitions": seen.partitions.jsonValue(),
        "others": seen.others,
        "files": sorted(seen.files),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    staged.write_text(json.dumps(value, indent=1), "utf-8")
    os.replace(staged, file)
