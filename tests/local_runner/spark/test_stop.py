"""How a server ends: killed, stopped, with a run, or before it ever listened."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("pyspark", reason="Spark needs Python 3.11")

from local_runner.diagnostics import Failure
from local_runner.spark import connect, end_run, stop
from local_runner.spark.folder import ServerFolder
from local_runner.spark.server import use_server

pytestmark = pytest.mark.spark

USE = """
import sys
from pathlib import Path
from local_runner.spark.server import use_server

use_server(Path(sys.argv[1]))
"""
WaitUntil = Callable[[Callable[[], bool]], None]


def test_a_killed_server_is_replaced_and_whatever_has_its_pid_now_is_left_alone(root: Path, wait_until: WaitUntil) -> None:
    folder = ServerFolder.of(root)
    killed = use_server(root)
    os.kill(killed.pid, signal.SIGKILL)
    wait_until(lambda: not folder.server_lives())
    with subprocess.Popen(["sleep", "600"]) as other:
        folder.write_state({**folder.read_state(), "pid": other.pid})
        # Whoever starts the new one is killed before it listens.
        with subprocess.Popen([sys.executable, "-c", USE, str(root)]) as starter:
            wait_until(lambda: folder.read_state().get("pid") not in (None, other.pid))
            starter.kill()
        server = use_server(root)
        assert server.pid == folder.read_state()["pid"] != other.pid
        assert server.token != killed.token
        assert other.poll() is None
        other.kill()
    assert connect(root).range(3).count() == 3


def test_stop_ends_it_and_a_run_that_stops_it_leaves_no_noise(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "from pathlib import Path\n"
        "from local_runner.spark import connect, stop\n"
        f"root = Path({str(root)!r})\n"
        "print(connect(root).range(3).toPandas().id.sum(), stop(root), stop(root))\n"
    )
    run = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("3 True False\n", "")
    assert not ServerFolder.of(root).server_lives()


def test_the_end_of_a_run_ends_it_on_a_ci_machine_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ServerFolder.of(root)
    use_server(root)
    monkeypatch.delenv("CI", raising=False)
    end_run(root)
    assert folder.server_lives()
    monkeypatch.setenv("CI", "true")
    with folder.hold_use_lock():
        end_run(root)
        assert folder.server_lives()
    end_run(root)
    assert not folder.server_lives()


def test_stop_where_there_never_was_a_server_changes_nothing(tmp_path: Path) -> None:
    assert not stop(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\n"
        'test "$1" = -version && { echo \'openjdk version "17.0.1"\' >&2; exit; }\n'
        "echo 'Error: could not reserve enough space for the heap' >&2\n"
        "exit 1\n"
    )
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    with pytest.raises(Failure) as failure:
        use_server(tmp_path)
    message = str(failure.value.diagnostics[0])
    assert f"Spark did not start on {java}" in message
    assert "could not reserve enough space for the heap" in message
    assert str(tmp_path / ".local" / "spark" / "server.log") in message
    assert not ServerFolder.of(tmp_path).server_lives()
