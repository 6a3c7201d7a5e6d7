"""One Spark Connect server per bundle root, kept warm between runs."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import local_runner
from local_runner.diagnostics import Failure, fail
from local_runner.spark.command import command, environment, settings
from local_runner.spark.folder import ServerFolder
from local_runner.spark.java import find_java

IDLE_SECONDS = 30 * 60
SECONDS_TO_END = 10
LOG_LINES_SHOWN = 10

# The open files that hold this process's use locks.
_use_locks: dict[ServerFolder, IO[str]] = {}


@dataclass(frozen=True)
class Server:
    """A running server: the port of 127.0.0.1 it listens on, the token it asks for, its process."""

    port: int
    token: str
    pid: int


def use_server(root: Path, idle_seconds: float = IDLE_SECONDS) -> Server:
    """The server of the bundle at `root`, started if there is none; it stays up as long as this process lives.

    Args:
        idle_seconds: how long a server that this call starts may stand unused before it ends.

    Raises:
        Failure: Spark or Java is missing, the server did not start, or it has other packages and is in use.
    """
    folder = ServerFolder.of(root)
    try:
        folder.path.mkdir(0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise fail(f"{folder.path} cannot be made: {error.strerror}", "Spark keeps its files there") from None
    with folder.start_lock() as start_lock:
        if not _is_ready(folder):
            _end(folder)
            _start(folder, start_lock, idle_seconds)
        # Anew each time: the folder may have been deleted and made again since the last.
        _release(folder)
        _use_locks[folder] = folder.hold_use_lock()
        state = folder.read_state()
    return Server(state["port"], state["token"], state["pid"])


def end_server(root: Path, even_if_used: bool = True) -> bool:
    """End the server of the bundle at `root`; this process uses it no longer.

    Args:
        even_if_used: whether to end it while other processes use it.

    Returns:
        Whether a server was ended.
    """
    folder = ServerFolder.of(root)
    if not folder.path.exists():
        return False
    with folder.start_lock():
        _release(folder)
        with folder.unused() as unused:
            return (unused or even_if_used) and _end(folder)


def _release(folder: ServerFolder) -> None:
    if use_lock := _use_locks.pop(folder, None):
        use_lock.close()


def _is_ready(folder: ServerFolder) -> bool:
    """Whether a server runs that this process can use. The caller holds the start lock."""
    if not folder.server_lives():
        return False
    state = folder.read_state()
    if "port" not in state:
        # Whoever started it was killed before it listened.
        return False
    if folder in _use_locks or state["started_with"] == _started_with(folder):
        return True
    with folder.unused() as unused:
        if unused:
            return False
    raise fail(
        "the Spark server of this bundle is used by a run with another Python or other packages",
        "wait until that run ends, or `python -m local_runner stop`",
    )


def _started_with(folder: ServerFolder) -> list[str]:
    """What decides how a server works: the virtual environment, its Python and its packages, and Spark's settings."""
    packages = [path.name for packages in site.getsitepackages() for path in Path(packages).glob("*.dist-info")]
    return [sys.prefix, sys.version, *sorted(packages), *(f"{key}={value}" for key, value in settings(folder).items())]


def _start(folder: ServerFolder, start_lock: int, idle_seconds: float) -> None:
    """Start a server and wait until it listens."""
    java = find_java()
    token = secrets.token_urlsafe(32)
    # A server that was killed leaves its files behind.
    shutil.rmtree(folder.scratch, ignore_errors=True)
    folder.scratch.mkdir()
    folder.log.write_bytes(b"")
    with folder.server_lock() as server_lock, folder.log.open("ab") as log:
        order = {
            "root": str(folder.root),
            "command": command(java, folder),
            "state": {"token": token, "started_with": _started_with(folder)},
            "idle_seconds": idle_seconds,
            "start_lock": start_lock,
            "server_lock": server_lock,
        }
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "local_runner.spark.supervisor"],
            cwd=Path(local_runner.__file__).parents[1],
            env=environment(token, folder),
            # Unbuffered: nothing is left to write at exit if it ends before it reads.
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            pass_fds=[start_lock, server_lock],
        )
    with supervisor.stdout:
        with supervisor.stdin, contextlib.suppress(BrokenPipeError):
            supervisor.stdin.write(json.dumps(order).encode())
        listening = supervisor.stdout.readline()
    if not listening:
        supervisor.wait()
        raise _start_failure(folder, java)


def last_words(root: Path) -> str | None:
    """The end of the log of the server of the bundle at `root`, without stacks; None while that server lives."""
    folder = ServerFolder.of(root)
    if not folder.log.exists() or folder.server_lives():
        return None
    return _end_of_log(folder)


def _start_failure(folder: ServerFolder, java: Path) -> Failure:
    return fail(
        f"Spark did not start on {java}",
        f"The whole log is {folder.log}. Another Java can be named by JAVA_HOME.",
        detail=_end_of_log(folder),
    )


def _end_of_log(folder: ServerFolder) -> str:
    lines = folder.log.read_text(errors="replace").splitlines()
    telling = [line for line in lines if line.strip() and not line.startswith("\t")]
    return "\n".join(telling[-LOG_LINES_SHOWN:])


def _end(folder: ServerFolder) -> bool:
    """End the server, if there is one. The caller holds the start lock."""
    if not folder.server_lives():
        folder.remove_state()
        return False
    # Without a state, which someone must have deleted, there is no pid; the supervisor then ends its server by itself.
    pid = folder.read_state().get("pid")
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        if folder.wait_until_server_ended(SECONDS_TO_END):
            folder.remove_state()
            return True
    lock = folder.path / "server.lock"
    raise fail("the Spark server of this bundle does not end", f"end the Java process that holds {lock}")
