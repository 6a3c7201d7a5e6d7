"""Runs one dataset's own definition over given inputs: for the tests that people write for their layers."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local_runner.diagnostics import Failure, did_you_mean, fail
from local_runner.pipeline.dbutils import DBUtils, secrets_of
from local_runner.pipeline.definitions import Dataset, Definitions, Flow, Kind
from local_runner.pipeline.display import display
from local_runner.pipeline.expectations import enforced
from local_runner.pipeline.graph import as_declared, frame_of, view_of
from local_runner.pipeline.places import placed
from local_runner.pipeline.problems import explain
from local_runner.pipeline.reading import FOREVER, FlowState, reading_with
from local_runner.pipeline.shims import shims
from local_runner.pipeline.sources.files import read_sources
from local_runner.pipeline.sources.loading import importing_from, load_sources
from local_runner.pipeline.writing.auto_cdc import as_events, current_rows, on_upserts
from local_runner.spark.errors import missing_setting
from local_runner.tables import TableName
from local_runner.tables.fixtures import Fixtures
from local_runner.tables.volumes import Volumes


def run_dataset(
    spark: Any,
    sources: list[Path],
    name: str,
    inputs: Mapping[str, Any],
    configuration: Mapping[str, str],
    root: Path,
) -> Any:
    """The rows of the dataset `name`, defined in one of `sources`, as a DataFrame that is already computed.

    `inputs` are DataFrames by the name (its last part) that the query reads; a stream reads them as one batch of new rows.
    Expectations drop rows and fail as in a pipeline. Raises Failure where the dataset or an input is missing, where an input
    is not read, and where the query does not work.
    """
    _refuse_others(inputs)
    definitions = Definitions("catalog", "schema")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="dataset-", dir=_scratch_home(root))))
        volumes = Volumes(scratch, Fixtures(root / "fixtures"))
        dbutils = DBUtils(volumes, configuration, secrets_of(root))
        stack.enter_context(shims(spark, volumes, dbutils))
        stack.enter_context(importing_from([], root))
        for key, value in configuration.items():
            stack.callback(_restore, spark, key, spark.conf.get(key, None))
            spark.conf.set(key, value)
        names = {"spark": spark, "dbutils": dbutils, "display": display}
        for source in sources:
            try:
                load_sources(read_sources([source], root, configuration), definitions, names, root)
            except Failure:
                # SQL writes names as they are: a file without this one has no part in it, and may want settings of its own.
                if source.suffix != ".sql" or name.lower() in source.read_text("utf-8", errors="replace").lower():
                    raise
        dataset = _find(definitions, name)
        given = _Given(spark, definitions, dataset, inputs, scratch)
        stack.enter_context(reading_with(given))
        flows = definitions.flows_into(dataset.name)
        try:
            rows = _rows(spark, flows, dataset, scratch)
        except Failure:
            raise
        except Exception as error:
            problem = explain(error, dataset, root, volumes)
            if key := missing_setting(error):
                problem = replace(problem, remedy=f'Give it: configuration={{"{key}": …}}')
            raise Failure(placed(problem, error, flows[0])) from error
        given.refuse_unread()
        return rows


def _refuse_others(inputs: Mapping[str, Any]) -> None:
    from pyspark.sql import DataFrame

    for name, given in inputs.items():
        if not isinstance(given, DataFrame):
            raise fail(f"{name} is a {type(given).__name__}, not a DataFrame", f"{name}=spark.createDataFrame(…)")


def _restore(spark: Any, key: str, value: str | None) -> None:
    spark.conf.unset(key) if value is None else spark.conf.set(key, value)


def _rows(spark: Any, flows: list[Flow], dataset: Dataset, scratch: Path) -> Any:
    if any(flow.changes for flow in flows):
        return _applied(spark, flows, dataset, scratch)
    frames = [enforced(as_declared(frame_of(flow), dataset), dataset.expectations) for flow in flows]
    return _combined(spark, frames, scratch)


def _applied(spark: Any, flows: list[Flow], dataset: Dataset, scratch: Path) -> Any:
    """The rows of an Auto CDC target after the changes that its flows read."""
    frames, rules = [], None
    for flow in flows:
        events, rules = as_events(frame_of(flow), flow.changes, flow.location)
        frames.append(enforced(events, on_upserts(dataset.expectations)))
    rows = as_declared(current_rows(_combined(spark, frames, scratch), rules), dataset)
    return _computed(spark, rows, scratch)


def _scratch_home(root: Path) -> Path:
    home = root / ".local" / "test"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _find(definitions: Definitions, name: str) -> Dataset:
    by_table = {table.table: dataset for table, dataset in definitions.datasets.items()}
    if name not in by_table:
        raise fail(f"no dataset named {name}", did_you_mean(name, by_table, f"There are: {', '.join(by_table)}"))
    return by_table[name]


def _computed(spark: Any, frame: Any, folder: Path) -> Any:
    """The frame's rows, no longer tied to its query; a stream's are those of one run over all its input."""
    if frame.isStreaming:
        schema = frame.schema
        writer = frame.writeStream.format("parquet").option("checkpointLocation", str(folder / "checkpoint"))
        writer.trigger(availableNow=True).start(str(folder / "data")).awaitTermination()
        frame = spark.read.schema(schema).parquet(str(folder / "data"))
    return spark.createDataFrame(frame.toArrow(), frame.schema)


def _combined(spark: Any, frames: list[Any], scratch: Path) -> Any:
    first, *others = [_computed(spark, frame, scratch / str(index)) for index, frame in enumerate(frames)]
    for other in others:
        first = first.unionByName(other, allowMissingColumns=True)
    return first


@dataclass(frozen=True)
class _Given:
    """The reader that knows the given inputs, and the pipeline's views."""

    has_rows = True
    spark: Any
    definitions: Definitions
    dataset: Dataset
    inputs: Mapping[str, Any]
    scratch: Path
    state: FlowState = field(default_factory=FlowState)
    read: list[str] = field(default_factory=list)

    def batch(self, text: str) -> Any:
        name = self.definitions.name(text)
        self.read.append(name.table)
        if name.table in self.inputs:
            return self.inputs[name.table]
        upstream = self.definitions.datasets.get(name)
        if upstream and upstream.kind is Kind.TEMPORARY_VIEW:
            return view_of(self.definitions, name)
        raise self._missing(name)

    def stream(self, text: str) -> Any:
        frame = self.batch(text)
        if frame.isStreaming:
            return frame
        folder = self.scratch / "inputs" / self.definitions.name(text).table
        frame.write.mode("overwrite").parquet(str(folder))
        return self.spark.readStream.schema(frame.schema).option("maxFileAge", FOREVER).parquet(str(folder))

    def refuse_unread(self) -> None:
        """Raises Failure for an input that the query has not read: it would test less than it seems to."""
        if unread := [name for name in self.inputs if name not in self.read]:
            raise fail(
                f"{self.dataset.name.table} does not read {', '.join(unread)}",
                f"Leave it out. It reads: {', '.join(dict.fromkeys(self.read)) or 'no table'}",
                self.dataset.location,
            )

    def _missing(self, name: TableName) -> Exception:
        table = self.dataset.name.table
        given = ", ".join(self.inputs) or "none"
        return fail(
            f"{table} reads {name.table}, which is not given", f"Add {name.table}=…; given: {given}", self.dataset.location
        )
