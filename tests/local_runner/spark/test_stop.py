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
from local_runner.spark import end_run, last_words, stop
from local_runner.spark.folder import ServerFolder
from local_runner.spark.server import use_server

pytestmark = pytest.mark.slow

USE = """
import sys
from pathlib import Path
from local_runner.spark.server import use_server

use_server(Path(sys.argv[1]))
"""
WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.mark.spark
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


@pytest.mark.spark
def test_the_end_of_a_run_leaves_it_warm_except_on_a_ci_machine(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ServerFolder.of(root)
    use_server(root)
    monkeypatch.delenv("CI", raising=False)
    end_run(root)
    assert folder.server_lives()
    monkeypatch.setenv("CI", "true")
    with folder.hold_use_lock():
        end_run(root)
    assert folder.server_lives()


@pytest.mark.spark
def test_a_run_on_a_ci_machine_ends_it_without_noise(tmp_path: Path) -> None:
    root, script = tmp_path / "bundle", tmp_path / "run.py"
    root.mkdir()
    script.write_text(
        "from pathlib import Path\n"
        "from local_runner.spark import connect, end_run\n"
        f"root = Path({str(root)!r})\n"
        "print(connect(root).range(3).toPandas().id.sum())\n"
        "end_run(root)\n"
    )
    run = subprocess.run([sys.executable, script], env={**os.environ, "CI": "true"}, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("3\n", "")
    assert not ServerFolder.of(root).server_lives()


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    folder = ServerFolder.of(tmp_path)
    folder.path.mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    ("code", "signal_that_ends_it"),
    [
        pytest.param("", signal.SIGTERM, id="polite"),
        pytest.param("signal.signal(signal.SIGTERM, signal.SIG_IGN)", signal.SIGKILL, id="stubborn"),
    ],
)
def test_stop_ends_the_process_that_holds_the_servers_lock(
    folder: ServerFolder, monkeypatch: pytest.MonkeyPatch, code: str, signal_that_ends_it: signal.Signals
) -> None:
    monkeypatch.setattr("local_runner.spark.server.SECONDS_TO_END", 1)
    script = f"import signal, time\n{code}\nprint('ready', flush=True)\ntime.sleep(600)"
    with folder.server_lock() as lock:
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, pass_fds=[lock])
    with process:
        assert process.stdout.readline() == b"ready\n"
        folder.write_state({"pid": process.pid})
        assert stop(folder.root)
        assert -process.wait() == signal_that_ends_it
    assert folder.read_state() == {}
    assert not stop(folder.root)


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


@pytest.mark.spark
def test_the_log_of_a_server_that_was_killed_says_how_it_ended(root: Path, wait_until: WaitUntil) -> None:
    server = use_server(root)
    assert last_words(root) is None
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: "Java ended: signal 9 (Killed)" in (last_words(root) or ""))
