"""Files that were saved again after a stream had read them: it reads each file once, so the change is in no table."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from local_runner.diagnostics import Diagnostic, Severity
from local_runner.pipeline.definitions import Dataset
from local_runner.tables.volumes import Volumes


def warn_of_edited(dataset: Dataset, checkpoints: Iterable[Path], volumes: Volumes) -> list[Diagnostic]:
    """A warning where files of volumes or DBFS are newer or older than when the `checkpoints` of `dataset` noted them."""
    edited = sorted({path for checkpoint in checkpoints for path in _edited(checkpoint, volumes)})
    if not edited:
        return []
    table = dataset.name.table
    more, since = (f" and {len(edited) - 1} more", "they were") if len(edited) > 1 else ("", "it was")
    return [
        Diagnostic(
            f"{table} read {volumes.origin(edited[0])}{more} before {since} last saved: a stream reads a file once",
            f"Read all files again: --full-refresh {table}",
            severity=Severity.WARNING,
        )
    ]


def _edited(checkpoint: Path, volumes: Volumes) -> Iterator[str]:
    folders: dict[str, Path | None] = {}
    for path, modified in _read_files(checkpoint):
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            folders[folder] = volumes.place(folder)
        if place := folders[folder]:
            file = place / name
            if file.exists() and file.stat().st_mtime_ns // 1_000_000 != modified:
                yield path


def _read_files(checkpoint: Path) -> set[tuple[str, int]]:
    """The dbfs:/… paths that a stream has read, each with when it was modified then, in milliseconds.

    Spark's log of a file source: a first line with its version, then one JSON object a file.
    """
    logs = [file for file in checkpoint.glob("sources/*/*") if file.name[0].isdecimal()]
    entries = [json.loads(line) for log in logs for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    noted = {(unquote(one["path"]), one["timestamp"]) for one in entries if one.get("path", "").startswith("dbfs:")}
    return {(re.sub("^dbfs:/+", "dbfs:/", path), modified) for path, modified in noted}
