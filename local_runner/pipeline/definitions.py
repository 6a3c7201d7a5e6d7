"""What a pipeline's source files define, as values."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.changes import Changes
from local_runner.tables import TableName
from local_runner.tables.name import split_identifier


class Kind(str, Enum):
    """What a dataset is. Its flows decide where it is recorded as a TABLE (`dlt.table`), or is an AUTO_CDC_TARGET."""

    STREAMING_TABLE = "streaming table"
    AUTO_CDC_TARGET = "target of Auto CDC"
    MATERIALIZED_VIEW = "materialized view"
    TEMPORARY_VIEW = "temporary view"
    SINK = "sink"
    TABLE = "table"


class Action(str, Enum):
    """What an expectation does with a row that fails it."""

    WARN = "warn"
    DROP = "drop"
    FAIL = "fail"


@dataclass(frozen=True)
class Expectation:
    """A rule for rows. `condition` is SQL, or a Spark Column."""

    name: str
    condition: Any
    action: Action


@dataclass(frozen=True)
class Dataset:
    """A table, view or sink. `schema` is a Spark DDL string or a StructType; `format` and `options` are a sink's.

    `spark_conf` holds for all its flows, unless they say otherwise themselves. A `private` table is not published.
    """

    name: TableName
    kind: Kind
    location: Location
    comment: str | None = None
    schema: Any = None
    table_properties: dict[str, str] = field(default_factory=dict)
    partition_cols: list[str] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    spark_conf: dict[str, str] = field(default_factory=dict)
    format: str = "parquet"
    options: dict[str, str] = field(default_factory=dict)
    private: bool = False


@dataclass(frozen=True)
class Flow:
    """A query (a function that returns a DataFrame) whose rows go to `target`; `once` runs a single time, as a batch.

    Where there are `changes`, the rows are change events, which are applied to `target`.
    """

    name: str
    target: TableName
    query: Callable[[], Any]
    location: Location
    spark_conf: dict[str, str] = field(default_factory=dict)
    once: bool = False
    changes: Changes | None = None

    @property
    def reads_batch(self) -> bool:
        """Whether the query gives a batch, where its target is no materialized view."""
        return self.once or bool(self.changes and self.changes.snapshots)


@dataclass
class Definitions:
    """The datasets and flows of one pipeline, file by file; `catalog` and `schema` are the current ones."""

    catalog: str
    schema: str
    datasets: dict[TableName, Dataset] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    def name(self, text: str) -> TableName:
        """The table that source files mean by `text`."""
        return self.name_of(split_identifier(text))

    def name_of(self, parts: Sequence[str], catalog: str | None = None, schema: str | None = None) -> TableName:
        """As `name`, where other ones than the pipeline's are current. The older `LIVE.x` is x of this pipeline."""
        if len(parts) == 2 and parts[0].upper() == "LIVE":
            return TableName.of_parts([parts[1]], self.catalog, self.schema)
        return TableName.of_parts(list(parts), catalog or self.catalog, schema or self.schema)

    def add_dataset(self, dataset: Dataset) -> None:
        if other := self.datasets.get(dataset.name):
            raise fail(
                f"{dataset.name.table} is defined twice",
                f"Rename one of them; the other is at {other.location}",
                dataset.location,
            )
        self.datasets[dataset.name] = dataset

    def add_flow(self, flow: Flow) -> None:
        for other in self.flows:
            if (other.name, other.target) == (flow.name, flow.target):
                raise fail(
                    f"two flows into {flow.target.table} are called {flow.name}",
                    f"Give one of them another name=; the other is at {other.location}",
                    flow.location,
                )
        self.flows.append(flow)

    def makes(self, name: TableName) -> bool:
        """Whether `name` is a table of this pipeline: no view, and no sink."""
        dataset = self.datasets.get(name)
        return dataset is not None and dataset.kind not in (Kind.TEMPORARY_VIEW, Kind.SINK)

    def flows_into(self, name: TableName) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == name]


def caller() -> Location:
    """The place in a source file that calls a function of the pipeline's API."""
    frame = sys._getframe(1)
    while frame.f_back and Path(frame.f_code.co_filename).is_relative_to(_PACKAGE):
        frame = frame.f_back
    return Location(frame.f_code.co_filename, frame.f_lineno)


def is_source(file: str) -> bool:
    """Whether code of `file` is a person's own: neither of this package nor of an installed library."""
    path = Path(file)
    return not path.is_relative_to(_PACKAGE.parent) and "site-packages" not in path.parts


_PACKAGE = Path(__file__).parent
_recording: ContextVar[Definitions | None] = ContextVar("recording", default=None)


@contextmanager
def recording(definitions: Definitions) -> Iterator[None]:
    """While this lasts, what source files define is added to `definitions`."""
    token = _recording.set(definitions)
    try:
        yield
    finally:
        _recording.reset(token)


def current_definitions() -> Definitions:
    """The definitions being recorded. Raises Failure outside a pipeline's source file."""
    definitions = _recording.get()
    if definitions is None:
        raise fail("a dataset can only be defined in a pipeline's source file", "Move it under the pipeline's libraries")
    return definitions
