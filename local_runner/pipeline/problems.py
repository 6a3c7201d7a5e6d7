"""An error of a dataset's run as a diagnostic that says what happened and what to do."""

import errno
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from local_runner.diagnostics import Diagnostic, Location
from local_runner.pipeline.definitions import Dataset
from local_runner.pipeline.expectations import refused_row
from local_runner.pipeline.sources.loading import diagnose
from local_runner.spark import last_words
from local_runner.tables.records import Broken, broken_record
from local_runner.tables.volumes import Volumes

_UNREADABLE = re.compile(r"\[FAILED_READ_FILE\b.*? reading file (\S+?)\.(?:\s|$)")
_NOT_FOUND = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")


def explain(error: Exception, dataset: Dataset, root: Path, volumes: Volumes) -> Diagnostic:
    """What went wrong while `dataset` was written."""
    name, message = dataset.name.table, str(error)
    if refused := refused_row(message):
        return Diagnostic(f"{name}: {refused}", "Mend the row's source, or leave such rows out", dataset.location)
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left on device" in message:
        return Diagnostic(
            f"the disk is full: {name} was not written",
            "Make room, then run again; `just stop-local` frees what Spark still holds",
            dataset.location,
        )
    if (found := _NOT_FOUND.search(message)) and find_spec(found[1].split(".")[0]):
        remedy = "Import it at the top of the file: a function that Spark runs takes along what is imported there"
        return Diagnostic(f"{name}: a function imports {found[1]}, which Spark does not have", remedy, dataset.location)
    if found := _UNREADABLE.search(message):
        return _unreadable(found[1], name, volumes)
    if _server_is_gone(error):
        remedy = "Run again: the next run starts a new server. The whole log is .local/spark/server.log"
        summary = f"the Spark server stopped while {name} was written"
        return Diagnostic(summary, remedy, dataset.location, detail=last_words(root) or "")
    return diagnose(error, f"{name} failed", root, dataset.location)


def _unreadable(uri: str, name: str, volumes: Volumes) -> Diagnostic:
    """A file that Spark could not read for `name`: where it is here, and the line where that can be told."""
    path = re.sub(r"^(dbfs|file):/+", lambda scheme: f"{scheme[1]}:/", unquote(uri))
    file = volumes.origin(path) or Path(path.removeprefix("file:"))
    broken = broken_record(file) or Broken(0, "Spark says no more")
    return Diagnostic(
        f"{name}: {file.name} cannot be read: {broken.problem}",
        "Mend it, or read it with another mode than FAILFAST",
        Location(str(file), broken.line),
    )


def _server_is_gone(error: Exception) -> bool:
    import grpc
    from pyspark.errors.exceptions.connect import SparkConnectGrpcException

    if isinstance(error, grpc.RpcError):
        return error.code() is grpc.StatusCode.UNAVAILABLE
    return type(error) is SparkConnectGrpcException and any(
        word in str(error) for word in ("UNAVAILABLE", "Connection refused", "SESSION_CLOSED", "Socket closed")
    )
