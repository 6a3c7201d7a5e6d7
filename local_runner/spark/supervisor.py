"""The server's parent: a small process that starts Java, says when it listens, and ends it when nobody needs it.

server.py runs it in a session of its own, so that it outlives the run that started it, and sends its order as JSON to
its stdin:

    root, command                 what to run, and where; its environment is this process's own
    state                         what to write to the state file, beside `pid` and `port`
    idle_seconds                  how long the server may stand unused
    start_lock, server_lock       inherited descriptors, both locked

`server_lock` goes to Java, which alone keeps it. `start_lock` is kept until the server listens, so that nobody starts a
second one, even if the run that asked for it is killed.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from local_runner.spark.archive import Archive
from local_runner.spark.folder import ServerFolder

LISTENING = re.compile(r"Spark Connect server started at: \S*:(\d+)")
SECONDS_TO_LISTEN = 120
SECONDS_TO_END = 10
LOOK_EVERY = 5.0


def main() -> int:
    order = json.load(sys.stdin)
    folder = ServerFolder.of(Path(order["root"]))
    archive = Archive(folder.path, order["command"])
    with folder.log.open("ab") as log:
        java = subprocess.Popen(  # noqa: S603 — no shell
            archive.start_command(),
            cwd=folder.root,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[order["server_lock"]],
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        os.close(order["server_lock"])
        state = {**order["state"], "pid": java.pid}
        folder.write_state(state)
        port = wait_until_listening(java, folder.log)
        if port is None:
            # Java checks little of an archive. If this one was the reason, the next start does without.
            archive.path.unlink(missing_ok=True)
            return 1
        folder.write_state({**state, "port": port})
        print("listening", flush=True)
        os.close(order["start_lock"])
        wait_until_unneeded(java, folder, archive, order["idle_seconds"])
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
    if java.poll() is None:
        print(f"It did not listen within {SECONDS_TO_LISTEN} seconds.", file=sys.stderr)
    return None


def wait_until_unneeded(java: subprocess.Popen[bytes], folder: ServerFolder, archive: Archive, idle_seconds: float) -> None:
    """Return when Java has ended, its folder is gone, or nobody has used it for `idle_seconds`.

    Each time that it falls out of use its left-overs are removed, and the first time the archive is made.
    """
    making: subprocess.Popen[bytes] | None = None
    tidied: float | None = None
    try:
        while True:
            time.sleep(min(LOOK_EVERY, idle_seconds))
            if (code := java.poll()) is not None:
                print(f"Java ended: {how_it_ended(code)}", file=sys.stderr, flush=True)
                return
            # The root may have been deleted, and even made anew with another server.
            if folder.read_state().get("pid") != java.pid:
                return
            if making and making.poll() == 0:
                archive.take()
                making = None
            # With the start lock held nobody can begin to use the server between the look and what follows from it.
            with folder.start_lock(), folder.unused() as unused:
                if not unused:
                    folder.note_use()
                elif tidied != folder.last_use():
                    end_python_workers(java.pid)
                    making = making or archive.begin()
                    tidied = folder.last_use()
                elif time.time() - folder.last_use() >= idle_seconds:
                    end(java)
                    folder.remove_state()
                    return
    finally:
        if making:
            making.kill()
            making.wait()


def how_it_ended(code: int) -> str:
    """An exit code as words; a signal has its number below zero."""
    return f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"


def end_python_workers(java: int) -> None:
    """End the Python processes of sessions that are over: Spark 4.3 keeps one for each session with UDFs (SPARK-54055)."""
    try:
        shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True)  # noqa: S607
    except FileNotFoundError:
        # A small container may have no `ps`. They end with the server.
        return
    for line in shown.stdout.splitlines():
        pid, parent, command = line.split(maxsplit=2)
        if int(parent) == java and "pyspark.daemon" in command:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGTERM)


def end(java: subprocess.Popen[bytes]) -> None:
    """End Java: first politely, then at once."""
    java.terminate()
    try:
        java.wait(timeout=SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


if __name__ == "__main__":
    sys.exit(main())
