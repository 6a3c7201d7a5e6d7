"""What an Auto CDC flow says of its source: which columns are keys, what orders the changes, what they do."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Columns:
    """Some columns of a table: those of `only` (all where None) but not those of `besides`. Names or Spark Columns."""

    only: tuple[Any, ...] | None = None
    besides: tuple[Any, ...] = ()

    def among(self, names: Iterable[str]) -> list[str]:
        only, besides = self.only and {name.lower() for name in self.only}, {name.lower() for name in self.besides}
        chosen = names if self.only is None else [name for name in names if name.lower() in (only or ())]
        return [name for name in chosen if name.lower() not in besides]


ALL, NONE = Columns(), Columns(())


class SnapshotSource(Protocol):
    """Where a flow's snapshots come from, one after another; a `periodic` source has one a run, its present state."""

    periodic: bool

    def following(self, last: Path | None) -> tuple[Any, Any]: ...


@dataclass(frozen=True)
class Changes:
    """How a flow's source tells of changes. Keys and columns are names or Spark Columns, the others SQL or Columns.

    `columns` reach the target; `tracked` ones open a new row of SCD type 2 where they change; in `filled` ones an
    upsert's null keeps the value before it. With `snapshots`, the source is whole states, which their sequence orders.
    """

    keys: tuple[Any, ...]
    sequence_by: Any
    scd_type: int = 1
    apply_as_deletes: Any = None
    apply_as_truncates: Any = None
    columns: Columns = ALL
    tracked: Columns = ALL
    filled: Columns = NONE
    snapshots: SnapshotSource | None = None
