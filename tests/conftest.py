"""Fixtures for every test: `spark`, a session made only when a test asks for it, `load_fixture`, and `run_module`."""

import csv
import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from local_runner.diagnostics import Failure, did_you_mean, fail

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROOT = Path(__file__).parent.parent
# The markers of tests that run only where `-m` names them: `just test` is to take less than two minutes on two cores.
ASKED_FOR = ("slow", "kills")

# pytest-xdist tells its workers how wide a terminal is, and commands would fold their messages to it.
os.environ.pop("COLUMNS", None)
_server_started: list[Path] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs Spark, for `just test -m "not spark"`; leave out what is slow where it is not named.

    Where tests run side by side, those that need Spark share one server; each process has a session of its own on it.
    """
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")
    unasked = [marker for marker in ASKED_FOR if marker not in config.option.markexpr]
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in unasked)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Where a dataset fails, say what a run would say of it, below the test's own line, in place of a traceback."""
    report = yield
    if call.excinfo and "dataset" in item.fixturenames and isinstance(call.excinfo.value, Failure):
        report.longrepr = in_words(call.excinfo, item.path)
    return report


def in_words(caught: "pytest.ExceptionInfo[Failure]", file: Path) -> str:
    """The lines of the test in `file` that led to a Failure, and its diagnostics."""
    own = [entry for entry in caught.traceback if Path(entry.path) == file]
    lines = [f"{file.relative_to(ROOT)}:{entry.lineno + 1}: {str(entry.statement).strip()}" for entry in own]
    return "\n".join([*lines, *(str(problem.relative_to(ROOT)) for problem in caught.value.diagnostics)])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Once the shared server has ended, say why, and not in each test how Spark's client takes it."""
    if _server_started and "spark" in item.fixturenames:
        from local_runner.spark import last_words

        if words := last_words(ROOT):
            pytest.fail(f"The Spark server of the tests has ended:\n{words}", pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """On a CI machine, end the shared server: when all is done, and not as soon as one of several processes is."""
    if not hasattr(session.config, "workerinput"):
        from local_runner.spark import end_run

        end_run(ROOT)


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """One session for all tests: local, or in a workspace where Databricks Connect is what is installed.

    The two install the same package, so `uv sync` decides: by itself for local Spark, with
    `--no-group local --group connect` for a workspace, which the SDK's own configuration names.
    """
    if find_spec("databricks.connect"):
        session = _workspace_session()
        yield session
        session.stop()
    else:
        yield from _local_session()


def _local_session() -> "Iterator[SparkSession]":
    if sys.version_info < (3, 11):
        pytest.skip("local Spark needs Python 3.11 or newer")
    from local_runner.spark import connect

    try:
        session = connect(ROOT)
    except Failure as failure:
        pytest.fail("\n".join(map(str, failure.diagnostics)), pytrace=False)
    _server_started.append(ROOT)
    yield session
    session.stop()


def _workspace_session() -> "SparkSession":
    from databricks.connect import DatabricksSession
    from databricks.sdk.core import Config

    try:
        config = Config()
    except ValueError as reason:
        pytest.fail(f"No workspace for Databricks Connect: {reason}\nFor local Spark: uv sync", pytrace=False)
    builder = DatabricksSession.builder
    if not (config.cluster_id or config.serverless_compute_id or os.environ.get("SPARK_REMOTE")):
        builder = builder.serverless(True)
    return builder.getOrCreate()


@pytest.fixture
def shared_spark(spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner's commands work on the server that all tests share: only where the session is from is another."""
    monkeypatch.setattr("local_runner.spark.connect", lambda _: spark.newSession())
    monkeypatch.setattr("local_runner.spark.end_run", lambda _: None)


@pytest.fixture(scope="session")
def load_fixture(spark: "SparkSession") -> "Callable[[str], DataFrame]":
    """`load_fixture("finance/stripe/x.json")`: a file under fixtures/ as a DataFrame.

    `.json` holds a list of objects or an object a line; Spark infers the types, as `spark.read.json` does. `.csv` has a
    header; its columns are strings, and an empty value is null. Raises ValueError for another suffix, and
    FileNotFoundError. The file is read here and sent along, so a session in a workspace can load it too.
    """

    def load(name: str) -> "DataFrame":
        path = ROOT / "fixtures" / name
        if path.suffix not in (".json", ".csv"):
            raise ValueError(f"{name} is not a fixture to load: its name must end in .json or .csv")
        if not path.is_file():
            raise FileNotFoundError(f"no fixture {name}: there is no file {path}")
        text = path.read_text(encoding="utf-8")
        return _from_json(spark, text) if path.suffix == ".json" else _from_csv(spark, text)

    return load


def _from_json(spark: "SparkSession", text: str) -> "DataFrame":
    from pyspark.sql import functions as F

    rows = text
    if not text.lstrip().startswith("["):
        rows = "[" + ",".join(line for line in text.split("\n") if line.strip()) + "]"
    json.loads(rows)  # Spark would read nulls from what is no JSON.
    schema = spark.range(1).select(F.schema_of_json(F.lit(rows))).first()[0]
    return spark.range(1).select(F.inline(F.from_json(F.lit(rows), schema)))


def _from_csv(spark: "SparkSession", text: str) -> "DataFrame":
    from pyspark.sql.types import StringType, StructField, StructType

    header, *rows = filter(None, csv.reader(StringIO(text, newline="")))
    schema = StructType([StructField(column, StringType()) for column in header])
    return spark.createDataFrame([[value or None for value in row] for row in rows], schema)


@pytest.fixture(scope="session")
def dataset(spark: "SparkSession") -> "Callable[..., DataFrame]":
    """`dataset("finance/stripe", "base_payments", raw_payments=frame)`: one dataset's own definition over given inputs.

    Gives the rows that a pipeline would write, expectations included, as a DataFrame that is already computed.
    `configuration` is what the definition reads with `spark.conf.get`.
    """
    if find_spec("databricks.connect"):
        pytest.skip("a dataset runs on local Spark only: uv sync")
    from local_runner.pipeline.one_dataset import run_dataset
    from local_runner.pipeline.spec import SOURCE_SUFFIXES

    def run(pair: str, name: str, configuration: dict[str, str] | None = None, **inputs: "DataFrame") -> "DataFrame":
        folder = ROOT / "src" / pair / "transformations"
        if not folder.is_dir():
            pairs = sorted(str(found.parent.relative_to(ROOT / "src")) for found in ROOT.glob("src/*/*/transformations"))
            raise fail(f"there is no pair {pair}", did_you_mean(pair, pairs, f"There are: {', '.join(pairs)}"))
        sources = sorted(file for file in folder.glob("**/*") if file.suffix in SOURCE_SUFFIXES)
        return run_dataset(spark, sources, name, inputs, configuration or {}, ROOT)

    return run


class Done(NamedTuple):
    """What a command leaves behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run_module(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`run_module("scripts.x", *args, cwd=folder)`: what `python -m scripts.x` does, in this process.

    A process of its own would spend a quarter of a second on importing pydantic.
    """

    def run(module: str, *args: str, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", [module, *args])
        stdout, stderr = StringIO(), StringIO()
        with redirect_stdout(stdout), redirect_stderr(stderr), pytest.raises(SystemExit) as left:
            runpy.run_module(module, run_name="__main__")
        return Done(left.value.code, stdout.getvalue(), stderr.getvalue())

    return run
