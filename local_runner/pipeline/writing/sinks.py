"""Writes a sink: files outside the pipeline's tables, to which its flows add rows."""

import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_runner.pipeline.definitions import Dataset, Flow
from local_runner.pipeline.reading import FlowState
from local_runner.pipeline.writing.appending import Files, Query, Written, append
from local_runner.pipeline.writing.tables import flow_state, refuse_made_anew


def write_sink(
    dataset: Dataset,
    flows: list[Flow],
    query_of: Callable[[Flow, FlowState], Query],
    sources: dict[str, str],
    folder: Path,
    home: Path,
    full_refresh: bool,
) -> Written:
    """Add each new row to the files in `folder`, exactly once; `home` keeps how far the flows have read.

    A full refresh adds all rows again and leaves what is there, as on Databricks. `sources` are the versions of the tables
    read as streams.
    """
    if full_refresh and home.exists():
        # In one step: half a checkpoint would be taken for a whole one.
        gone = home.with_name(f"{home.name}.{uuid.uuid4().hex[:12]}")
        os.replace(home, gone)
        shutil.rmtree(gone)
    record = home / "sources.json"
    if record.exists():
        refuse_made_anew(dataset, json.loads(record.read_text("utf-8")), sources)
    _write_json(record, sources)
    options = {key: value for key, value in dataset.options.items() if key != "path"}
    queries = [query_of(flow, flow_state(home, flow)) for flow in flows]
    return append(queries, [], home / "flows", folder, Files(dataset.format, options))


def _write_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f"{path.name}.new")
    staged.write_text(json.dumps(value), "utf-8")
    os.replace(staged, path)
