"""One Spark Connect server per bundle root, kept warm between runs.

Its files are in `.local/spark/` of the root:

    server.json    how to reach it: port, token, pid, and what it was started with (mode 0600)
    server.log     what it writes; emptied at each start
    start.lock     held while someone looks for, starts or ends the server
    server.lock    held by the server as long as it lives: the one sign of life that is trusted, as a pid can be reused
    use.lock       held, shared, by each process that uses the server: unused means that nobody holds it
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from local_runner.diagnostics import Failure, fail
from local_runner.spark import supervisor
from local_runner.spark.command import command, environment
from local_runner.spark.java import find_java

IDLE_SECONDS = 30 * 60
LOG_LINES_SHOWN = 15

# Open files that hold this process's shared locks, by server folder.
_in_use: dict[Path, IO[str]] = {}


@dataclass(frozen=True)
class Server:
    """A running server: the port of 127.0.0.1 it listens on, the token it asks for, its process."""

    port: int
    token: str
    pid: int


def use_server(root: Path, idle_seconds: float = IDLE_SECONDS) -> Server:
    """The server of the bundle at `root`, started if there is none; it stays up as long as this process lives.

    Args:
        idle_seconds: how long a server started by this call may stand unused before it ends.

    Raises:
        Failure: no Java was found, or the server did not start.
    """
    folder = server_folder(root)
    with _start_lock(folder) as start_lock:
        state = _running(folder)
        if state is None or state.get("started_with") != _started_with():
            _end(folder)
            _start(root, folder, start_lock, idle_seconds)
            state = _state(folder)
        if folder not in _in_use:
            _in_use[folder] = use = (folder / "use.lock").open("a")
            fcntl.flock(use, fcntl.LOCK_SH)
        os.utime(folder / "use.lock")
    return Server(state["port"], state["token"], state["pid"])


def end_server(root: Path) -> bool:
    """End the server of the bundle at `root`; False where there is none."""
    folder = server_folder(root)
    if not folder.exists():
        return False
    with _start_lock(folder):
        return _end(folder)


def server_folder(root: Path) -> Path:
    """Where the files of the server of the bundle at `root` are."""
    return root.resolve() / ".local" / "spark"


@contextlib.contextmanager
def _start_lock(folder: Path) -> Iterator[int]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _running(folder: Path) -> dict[str, Any] | None:
    """The state of the running server, None where there is none or it never came to listen."""
    with (folder / "server.lock").open("a") as file:
        if supervisor.locked(file):
            return None
    state = _state(folder)
    return state if "port" in state else None


def _state(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "server.json").read_text())


def _started_with() -> list[str]:
    """What a server's Python workers take over from the process that starts it: another Python or other packages need
    another server."""
    import site

    packages = [path.name for folder in site.getsitepackages() for path in Path(folder).glob("*.dist-info")]
    return [sys.executable, sys.version, *sorted(packages)]


def _start(root: Path, folder: Path, start_lock: int, idle_seconds: float) -> None:
    java = find_java()
    token = secrets.token_urlsafe(32)
    scratch = folder / "scratch"
    # A server that was killed leaves its files behind.
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    with (folder / "server.lock").open("a") as server_lock:
        fcntl.flock(server_lock, fcntl.LOCK_EX)
        order = {
            "command": command(java, folder),
            "environment": environment(token),
            "root": str(root.resolve()),
            "folder": str(folder),
            "state": {"token": token, "started_with": _started_with()},
            "idle_seconds": idle_seconds,
            "start_lock": start_lock,
            "server_lock": server_lock.fileno(),
        }
        process = subprocess.Popen(  # noqa: S603 — no shell
            [sys.executable, "-I", supervisor.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[start_lock, server_lock.fileno()],
        )
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
        listening = process.stdout.readline()
    if not listening:
        process.wait()
        raise _start_failure(folder)


def _start_failure(folder: Path) -> Failure:
    log = folder / "server.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return fail("Spark did not start", f"the whole log: {log}", detail="\n".join(lines[-LOG_LINES_SHOWN:]))


def _end(folder: Path) -> bool:
    """End the server whose files are in `folder`; False where there is none. The caller holds the start lock."""
    with (folder / "server.lock").open("a") as file:
        alive = not supervisor.locked(file)
        if alive:
            # The lock is held, so the server lives, and the pid is still its own.
            pid = _state(folder)["pid"]
            os.kill(pid, signal.SIGTERM)
            if not _wait_for(file, supervisor.SECONDS_TO_END):
                os.kill(pid, signal.SIGKILL)
                fcntl.flock(file, fcntl.LOCK_EX)
    (folder / "server.json").unlink(missing_ok=True)
    return alive


def _wait_for(file: IO[str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not supervisor.locked(file):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
