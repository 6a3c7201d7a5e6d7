"""`landed`: what each case of a module holds after one run, and after a second with more files.

A module's CASES all run in one pipeline, a streaming table each: starting a run costs more than reading a few files.
"""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.local_runner.pipeline.conftest import Pipeline

LONG_AGO = datetime(2001, 1, 1).timestamp()

Content = str | bytes | list[dict[str, Any]]


def packed(rows: list[dict[str, Any]]) -> bytes:
    """The rows as a parquet file."""
    pa = pytest.importorskip("pyarrow", reason="comes with Spark, for Python 3.11 and newer")
    parquet = pytest.importorskip("pyarrow.parquet")
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


@dataclass(frozen=True)
class Case:
    """One folder, read by Auto Loader with `options`. Its files before the first run, and those that come `later`.

    A file's content is text, bytes, or records to be written as JSON lines. `change` is Python after `.load(…)`.
    """

    files: Mapping[str, Content]
    later: Mapping[str, Content] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""
    change: str = ""
    pattern: str = ""


Rows = list[dict[str, Any]]


class Landed:
    """The rows of each case's table, after the first run, and after the second where files came between."""

    def __init__(self, runs: list[dict[str, Rows]]) -> None:
        self._runs = runs

    def first(self, case: str) -> Rows:
        return self._runs[0][case]

    def second(self, case: str) -> Rows:
        return self._runs[1][case]


@pytest.fixture(scope="module")
def landed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Landed:
    pipeline = Pipeline(tmp_path_factory.mktemp("landed"), spark)
    return Landed(list(_runs(pipeline, request.module.CASES, request.module.FORMAT)))


def _runs(pipeline: Pipeline, cases: Mapping[str, Case], format_: str) -> Any:
    for name, case in cases.items():
        pipeline.source(source(name, case, format_), f"{name}.py")
    for late, again in ((False, set()), (True, {name for name, case in cases.items() if case.later})):
        for name, case in cases.items():
            for file, content in (case.later if late else case.files).items():
                land(pipeline, f"{name}/{file}", content, late)
        result = pipeline.run(refresh=frozenset(again))
        assert [dataset for dataset in result.datasets if dataset.problem] == []
        yield {name: pipeline.rows(name) for name in cases}


def source(name: str, case: Case, format_: str) -> str:
    """A streaming table `name` over the folder of that name."""
    options = {"cloudFiles.format": format_, **case.options}
    schema = f".schema({case.schema!r})" if case.schema else ""
    return f"""
    @dp.table
    def {name}():
        return (
            spark.readStream.format("cloudFiles")
            .options(**{options!r}){schema}
            .load(spark.conf.get("landing") + "/{name}{case.pattern}")
            {case.change}
        )
    """


def land(pipeline: Pipeline, name: str, content: Content, late: bool = False) -> Path:
    """A file in the volume; a late one says of itself that it is from long ago."""
    path = pipeline.root / "fixtures/sales/shop/landing" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list):
        content = "".join(json.dumps(record) + "\n" for record in content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if late:
        os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def ordered(rows: Any) -> Rows:
    """In the order of `Pipeline.rows`."""
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])


def rescued(rows: Rows) -> list[Any]:
    """The rescued data of each row as a value, without the path that must be in each."""
    found = [json.loads(row["_rescued_data"]) if row["_rescued_data"] else None for row in rows]
    assert all(value is None or value.pop("_file_path") for value in found)
    return found
