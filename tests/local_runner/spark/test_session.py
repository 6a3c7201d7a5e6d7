"""Sessions: each by itself, in Databricks' time zone, with UDFs in this Python."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark needs Python 3.11")

from local_runner.spark import connect
from local_runner.spark.server import use_server
from local_runner.spark.supervisor import end_python_workers

pytestmark = [pytest.mark.spark, pytest.mark.slow]


def test_a_session_answers_in_databricks_time_zone(root: Path) -> None:
    session = connect(root)
    assert [tuple(row) for row in session.sql("select 1, current_timezone()").collect()] == [(1, "UTC")]


def test_sessions_are_isolated(root: Path) -> None:
    first, second = connect(root), connect(root)
    first.sql("create temporary view only_here as select 1")
    assert [row.viewName for row in first.sql("show views").collect()] == ["only_here"]
    assert second.sql("show views").collect() == []


def test_the_newest_session_is_the_active_one(root: Path) -> None:
    from pyspark.sql import SparkSession

    connect(root).stop()
    session = connect(root)
    assert SparkSession.builder.getOrCreate() is session


def test_a_proxy_of_the_environment_is_passed_by(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "grpc_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert connect(root).range(2).count() == 2


def test_udfs_run_in_this_python_in_utc(root: Path) -> None:
    from pyspark.sql import functions as F

    where = F.udf(lambda _: f"{sys.prefix} {time.tzname[0]}")
    assert connect(root).range(1).select(where("id")).first()[0] == f"{sys.prefix} UTC"


def test_a_helper_that_changed_is_the_changed_one_in_the_next_sessions_udfs(root: Path, tmp_path: Path) -> None:
    from pyspark.sql import functions as F

    def which(content: str) -> str:
        module = tmp_path / "helper_of_udfs.py"
        module.write_text(content)
        session = connect(root)
        session.addArtifacts(str(module), pyfile=True)

        def call(_):
            from helper_of_udfs import version

            return version

        return session.range(1).select(F.udf(call)("id")).first()[0]

    assert [which("version = 'first'"), which("version = 'second'")] == ["first", "second"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads Linux's process table")
def test_left_over_python_workers_are_ended(root: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    from pyspark.sql import functions as F

    server = use_server(root).pid
    daemon = connect(root).range(1).select(F.udf(lambda _: os.getppid(), "int")("id")).first()[0]
    assert daemon in children(server)
    end_python_workers(server)
    wait_until(lambda: daemon not in children(server))


def children(pid: int) -> set[int]:
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if f"\nPPid:\t{pid}\n" in status.read_text():
                found.add(int(status.parent.name))
    return found
