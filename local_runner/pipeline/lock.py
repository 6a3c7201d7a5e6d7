"""One run of a pipeline at a time: a lock that the system frees however its holder ends."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from local_runner.diagnostics import fail


@contextmanager
def pipeline_lock(state: Path, key: str, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the pipeline `key` of one target.

    Where another process holds it, `waiting` hears which, and its end is waited for; without `waiting`, raises Failure.
    """
    path = state / "locks" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            why = f"pipeline {key} is running already: {file.read().strip() or 'it has just started'}"
            if waiting is None:
                raise fail(why, "Wait for that run to end, or stop that process") from None
            waiting(why)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {datetime.now():%H:%M:%S}\n")
        file.flush()
        yield
