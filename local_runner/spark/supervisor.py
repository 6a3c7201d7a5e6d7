"""The server's parent: a small process that starts Java, says on which port it listens, and ends it when it is not needed.

Run by server.py as a script of its own (standard library only), in a session of its own, so that it outlives the run
that started it. Its order comes as JSON on stdin:

    command, environment, root    what to run, and where
    folder                        the server's folder: log, state, locks
    state                         what to write to the state file, beside `pid` and `port`
    idle_seconds                  how long the server may stand unused
    start_lock, server_lock       inherited descriptors, both locked

`server_lock` is handed to Java and kept by it alone: the kernel frees it when Java is gone, however it went. `start_lock`
is kept until the server listens, so that nobody starts a second one, even if the run that asked for it is killed.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LISTENING = re.compile(r"Spark Connect server started at: \S*:(\d+)")
SECONDS_TO_LISTEN = 120
SECONDS_TO_END = 10
LOOK_EVERY = 5.0


def main() -> int:
    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    log = folder / "server.log"
    with log.open("wb") as output:
        java = subprocess.Popen(  # noqa: S603 — no shell; the command is command.py's
            order["command"],
            cwd=order["root"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[order["server_lock"]],
        )
    os.close(order["server_lock"])
    state = {**order["state"], "pid": java.pid}
    write_privately(folder / "server.json", state)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        port = wait_until_listening(java, log)
        if port is None:
            return 1
        write_privately(folder / "server.json", {**state, "port": port})
        print("listening", flush=True)
        os.close(order["start_lock"])
        wait_until_unused(java, folder, order["idle_seconds"])
    finally:
        end(java)
    return 0


def wait_until_listening(java: subprocess.Popen[bytes], log: Path) -> int | None:
    """The port of the server, None where it ended or took too long."""
    deadline = time.monotonic() + SECONDS_TO_LISTEN
    while java.poll() is None and time.monotonic() < deadline:
        if match := LISTENING.search(log.read_text(errors="replace")):
            return int(match[1])
        time.sleep(0.02)
    return None


def wait_until_unused(java: subprocess.Popen[bytes], folder: Path, idle_seconds: float) -> None:
    """Return when Java has ended, its folder is gone, or nobody has used it for `idle_seconds`.

    A process that uses the server holds a shared lock on `use.lock` and touches it when it connects.
    """
    last_used = time.time()
    while True:
        try:
            java.wait(timeout=min(LOOK_EVERY, idle_seconds))
            return
        except subprocess.TimeoutExpired:
            pass
        try:
            with (folder / "use.lock").open() as use, (folder / "start.lock").open() as start:
                last_used = max(last_used, os.fstat(use.fileno()).st_mtime)
                # With the start lock held nobody can begin to use the server between the look and its end.
                if not locked(start):
                    continue
                if not locked(use):
                    last_used = time.time()
                elif time.time() - last_used >= idle_seconds:
                    end(java)
                    return
        except FileNotFoundError:
            return


def locked(file: Any) -> bool:
    """Whether this process could lock `file` for itself alone, without waiting."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def end(java: subprocess.Popen[bytes]) -> None:
    """End Java: first politely, then at once."""
    java.terminate()
    try:
        java.wait(timeout=SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


def write_privately(path: Path, value: dict[str, Any]) -> None:
    """Replace `path` with `value` as JSON, readable by its owner only from its first byte on."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(value, file)
    os.replace(new, path)


if __name__ == "__main__":
    sys.exit(main())
