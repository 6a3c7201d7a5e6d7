"""Where the tables that a query function names come from: one `TableReader` at a time answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from local_runner.diagnostics import Diagnostic, Failure, Location, fail
from local_runner.pipeline.definitions import Definitions, Flow, caller
from local_runner.pipeline.makers import Makers
from local_runner.spark.connect_plan import plan_id, plan_ids
from local_runner.tables import TableEntry, TableName, TableStore
from local_runner.tables.fixtures import Fixtures
from local_runner.tables.records import broken_record

# Spark's file source forgets files older than this, counted from the newest: a late file would be lost in silence.
FOREVER = "36500d"

# What the version of a table that is a fixture begins with.
FIXTURE = "fixture "


@dataclass(frozen=True)
class FlowState:
    """The folder in which a flow keeps what it must know on its next run; None before its first.

    A dry run may read it and not write it.
    """

    folder: Path | None = None
    writable: bool = False


def flow_folder(home: Path, flow: str) -> Path:
    """Where the flow of that name keeps its files."""
    return home / quote(flow, safe="")


class TableReader(Protocol):
    """Answers `spark.read.table` (batch) and `spark.readStream.table` (stream) with a Connect DataFrame.

    `state` is that of the flow whose query runs. `has_rows` says whether the tables are the real ones, or empty.
    """

    @property
    def state(self) -> FlowState: ...

    @property
    def has_rows(self) -> bool: ...

    def batch(self, name: str) -> Any: ...

    def stream(self, name: str) -> Any: ...


_reader: ContextVar[TableReader | None] = ContextVar("reader", default=None)


@contextmanager
def reading_with(reader: TableReader) -> Iterator[None]:
    """While this lasts, in this thread, `reader` answers for every table that is named."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def current_reader() -> TableReader | None:
    return _reader.get()


class StoredTables:
    """The tables that are there already: made by earlier runs, or given as fixtures.

    A fixture takes the place of a table that, by `makers`, nothing makes any more; without them all tables are read.
    """

    def __init__(self, spark: Any, store: TableStore, fixtures: Fixtures, makers: Makers | None = None) -> None:
        self._spark = spark
        self._store = store
        self._fixtures = fixtures
        self._makers = makers

    def batch(self, name: TableName) -> Any:
        """The table as a DataFrame. Raises Failure where there is none."""
        if entry := self._made(name):
            return self._read(self._spark.read, entry)
        return self._fixture(self._spark.read, self._fixture_file(name))

    def stream(self, name: TableName) -> Any:
        """The table as a streaming DataFrame. Raises Failure where there is none, or where it cannot be streamed."""
        entry = self._made(name)
        if entry is None:
            path = self._fixture_file(name)
            schema = self._fixture(self._spark.read, path).schema
            reader = self._spark.readStream.schema(schema).option("maxFileAge", FOREVER)
            if path.is_dir():
                return self._fixture(reader, path)
            # A stream reads a folder.
            return self._fixture(reader.option("pathGlobFilter", path.name), path, path.parent)
        if entry.kind != "streaming table":
            raise fail(
                f"{name} is a {entry.kind}: it cannot be read as a stream, since its rows change",
                "Read it with spark.read.table, or make it a streaming table",
            )
        return self._read(self._spark.readStream.option("maxFileAge", FOREVER), entry)

    def flow_state(self, name: TableName, flow: str) -> FlowState:
        """What the flow into `name` has kept, to be read only."""
        entry = self._store.find(name)
        if entry is None:
            return FlowState()
        version = entry.log.version if entry.log else entry.version
        return FlowState(flow_folder(self._store.version_folder(name, version) / "flows", flow))

    def version(self, name: TableName) -> str | None:
        """What changes where the table is made anew, or its fixture edited; None where there is neither.

        A fixture that is a folder only grows.
        """
        if entry := self._made(name):
            return entry.version
        path = self._fixtures.table_file(*_parts(name))
        return f"{FIXTURE}{sha256(path.read_bytes()).hexdigest()[:12]}" if path and path.is_file() else None

    def lacks(self, name: TableName) -> str | None:
        """Why there is no table `name` to be read, as a clause; None where there is one."""
        if self._made(name) or self._fixtures.table_file(*_parts(name)):
            return None
        return self.gone(name) or "and there is no such table"

    def gone(self, name: TableName) -> str | None:
        """As `Makers.gone`, of the table that a run has made under this name; None where there is none."""
        entry = self._store.find(name)
        return self._makers.gone(entry) if self._makers and entry else None

    def how_to_add(self, name: TableName) -> str:
        """What to do where a table is missing, or nothing makes it any more."""
        if self.gone(name):
            return f"Define {name.table} again, or read another table. Where another pipeline makes it now, run that first"
        wanted = self._fixtures.schema_folders(name.catalog, name.schema)[-1] / name.table
        return f"Run the pipeline that makes it, or add a fixture: {wanted}.csv (or .json, .jsonl, .parquet)"

    def _made(self, name: TableName) -> TableEntry | None:
        return None if self.gone(name) else self._store.find(name)

    def _read(self, reader: Any, entry: Any) -> Any:
        from pyspark.sql.types import StructType

        return reader.schema(StructType.fromJson(entry.schema)).parquet(str(self._store.data_folder(entry)))

    def _fixture_file(self, name: TableName) -> Path:
        path = self._fixtures.table_file(*_parts(name))
        if path is None:
            raise fail(f"there is no table {name}", self.how_to_add(name))
        return path

    def _fixture(self, reader: Any, path: Path, place: Path | None = None) -> Any:
        """The fixture at `path`, by `reader`, which is to look for it at `place`."""
        if broken := broken_record(path):
            raise fail(f"the fixture {path.name} is broken: {broken.problem}", "Mend it", Location(str(path), broken.line))
        # A column of the name that Spark gives to what it cannot read would be refused: here it is one like the others.
        options = {"mode": "FAILFAST", "columnNameOfCorruptRecord": ""}
        if path.suffix == ".csv":
            options |= {"header": "true", "inferSchema": "true", "escape": '"', "multiLine": "true"}
        elif path.suffix != ".parquet":
            # One list, or an object a line.
            options["multiLine"] = str(path.read_text("utf-8").lstrip().startswith("[")).lower()
        return reader.format(path.suffix[1:].replace("jsonl", "json")).options(**options).load(str(place or path))


@dataclass(frozen=True)
class AtSourceLevel:
    """The reader while source files are read, outside their query functions: what is there before the run.

    `reads` fills with the names that are read, and where: what a later file defines is not known yet. `plans` has the names
    by the numbers of their DataFrames' plans.
    """

    has_rows = True
    definitions: Definitions
    stored: StoredTables
    state: FlowState = FlowState()
    reads: list[tuple[TableName, Location]] = field(default_factory=list)
    plans: dict[int, TableName] = field(default_factory=dict)

    def batch(self, name: str) -> Any:
        return self._noted(name, self.stored.batch)

    def stream(self, name: str) -> Any:
        return self._noted(name, self.stored.stream)

    def refuse_old_rows(self, flow: Flow, frame: Any) -> None:
        """Raises Failure where the flow's `frame` is built on a table of the pipeline that was read at source level."""
        if not self.plans:
            return
        for name in sorted({self.plans[number] for number in plan_ids(frame) & self.plans.keys()}):
            if self.definitions.makes(name):
                raise fail(
                    f"{flow.target.table} uses {name}, which was read outside its query function: as the last run left it",
                    "Read it in the function",
                    flow.location,
                )

    def refuse_gone(self, stored: StoredTables) -> None:
        """Raises Failure with a diagnostic for each read of a table that nothing makes any more."""
        gone = [(name, place, why) for name, place in self.reads if (why := stored.gone(name))]
        if gone:
            raise Failure(
                *(
                    Diagnostic(f"{Path(place.file).name} reads {name}, {why}", stored.how_to_add(name), place)
                    for name, place, why in gone
                )
            )

    def _noted(self, text: str, read: Callable[[TableName], Any]) -> Any:
        name = self.definitions.name(text)
        frame = read(name)
        self.reads.append((name, caller()))
        self.plans[plan_id(frame)] = name
        return frame


def _parts(name: TableName) -> tuple[str, str, str]:
    return name.catalog, name.schema, name.table
