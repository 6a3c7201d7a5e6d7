"""What a change can reach: the nodes of the graph that two versions of a bundle are compared by."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.affected.code import CodeUnit, Package
from scripts.lineage import TableName


@dataclass(frozen=True)
class Resource:
    """`key` is as `--select` takes it: `pipelines.finance_stripe_sync_pipeline`."""

    key: str


@dataclass(frozen=True)
class Field:
    """A setting of a resource that another resource refers to."""

    key: str
    path: str


@dataclass(frozen=True)
class Table:
    name: TableName

    def __str__(self) -> str:
        return ".".join(filter(None, self.name))


@dataclass(frozen=True)
class Step:
    """What a unit of a pipeline's source file does, where no name of a table can be told: a sink, a name made in a loop."""

    pipeline: str
    file: str
    unit: str


@dataclass(frozen=True)
class AnyTable:
    """What code reads that names a table only at run time: any that the bundle makes."""


@dataclass(frozen=True)
class Shared:
    """Configuration that reaches resources without being in their settings: `workspace`, or a pyproject.toml."""

    name: str


@dataclass(frozen=True)
class Data:
    """A file that is not code."""

    file: str


Node = Resource | Field | Table | Step | AnyTable | Shared | Data | CodeUnit | Package
