"""Sessions on the local Spark server."""

import os
import sys
import threading
import warnings
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from local_runner.diagnostics import fail
from local_runner.spark.command import jars
from local_runner.spark.server import Server, end_server, use_server

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

# This process's sessions, by root.
_sessions: dict[Path, "WeakSet[SparkSession]"] = {}


@cache
def begin_import() -> threading.Thread:
    """Import the Connect client, which takes over a second, while the caller does something else; `connect` waits for it.

    Raises:
        Failure: this Python is too old for Spark, or Spark is not installed in it.
    """
    if sys.version_info < (3, 11):
        raise fail(
            f"Spark needs Python 3.11 or newer; this is {sys.version_info.major}.{sys.version_info.minor}",
            "run `uv sync --python 3.12`",
        )
    jars()
    # What gRPC and pyspark remark on their own workings is for their developers. gRPC reads this when it is first imported.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    warnings.filterwarnings("ignore", module=r"pyspark\.")
    # A process that ends takes its sessions along, with their views and settings on the server.
    os.environ["SPARK_CONNECT_RELEASE_SESSION_ON_EXIT"] = "true"
    thread = threading.Thread(target=import_module, args=["pyspark.sql.connect.session"], daemon=True)
    thread.start()
    return thread


def connect(root: Path) -> "SparkSession":
    """A new session, isolated from all others, on the server of the bundle at `root`, which is started if need be.

    The session becomes the active one of this thread: `SparkSession.getActiveSession()` and
    `SparkSession.builder.getOrCreate()` return it. Its `stop()` ends the session and leaves the server warm.

    Raises:
        Failure: as `begin_import`, or there is no Java, the server did not start, or it has other packages and is in use.
    """
    importing = begin_import()
    server = use_server(root)
    importing.join()
    session = _session(server)
    _sessions.setdefault(root.resolve(), WeakSet()).add(session)
    return session


def stop(root: Path) -> bool:
    """End the server of the bundle at `root`, and this process's sessions with it; False where there is none."""
    ended = end_server(root)
    _forget_sessions(root)
    return ended


def end_run(root: Path) -> None:
    """What the end of a run means for the server: a person's stays warm for the next, on a CI machine there is no next.

    Continuous integration services set CI=true. A server that another run still uses is left to that one.
    """
    if os.environ.get("CI") == "true" and end_server(root, even_if_used=False):
        _forget_sessions(root)


def _forget_sessions(root: Path) -> None:
    """Close this process's end of the sessions on a server that is gone; they would look for it at exit."""
    for session in _sessions.pop(root.resolve(), ()):
        session.release_session_on_close = False
        session.stop()


def _session(server: Server) -> "SparkSession":
    # Makes `pyspark.sql` build Connect's columns and sessions, as `SparkSession.builder.remote` does.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    os.environ["SPARK_REMOTE"] = f"sc://localhost:{server.port}"

    from pyspark.logger import PySparkLogger
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession

    from local_runner.spark.channel import LoopbackChannel

    # They write each error of a query to stderr, as JSON with the Java stack; the error itself is raised all the same.
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True
    session = SparkSession.builder.channelBuilder(LoopbackChannel(server)).create()
    # A server on this machine that does not answer is gone: waiting for ten minutes, as is the default, does not help.
    session.client.set_retry_policies([DefaultPolicy(max_retries=3)])
    SparkSession._default_session = session
    SparkSession._active_session.session = session
    return session
