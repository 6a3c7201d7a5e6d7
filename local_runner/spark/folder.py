"""The folder that a bundle's Spark server lives in, `.local/spark/`, and the three locks that say what goes on there.

    server.json    how to reach the server: port, token, pid, and what it was started with (mode 0600)
    server.log     what the server writes; emptied at each start
    start.lock     held while someone looks for, starts or ends the server
    server.lock    held by the server as long as it lives
    use.lock       held, shared, by each process that uses the server; its time is that of the last use

The kernel frees a process's locks when it ends, however it ends. So a lock is trusted, and a pid only while `server.lock`
is held: after that another process may have it.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True)
class ServerFolder:
    """The server's folder of the bundle at a root; it need not exist yet."""

    path: Path

    @classmethod
    def of(cls, root: Path) -> "ServerFolder":
        return cls(root.resolve() / ".local" / "spark")

    @property
    def root(self) -> Path:
        return self.path.parents[1]

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def scratch(self) -> Path:
        """Where the server puts what it needs only while it lives."""
        return self.path / "scratch"

    @contextlib.contextmanager
    def start_lock(self) -> Iterator[int]:
        """Hold the start lock; gives its descriptor, which a child process may inherit and hold longer."""
        with (self.path / "start.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()

    @contextlib.contextmanager
    def server_lock(self) -> Iterator[int]:
        """Lock the server's life, for a server about to start; gives the descriptor that it is to inherit."""
        with (self.path / "server.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()

    def hold_use_lock(self) -> IO[str]:
        """Count as a user of the server until the file that this gives is closed."""
        file = (self.path / "use.lock").open("a")
        fcntl.flock(file, fcntl.LOCK_SH)
        self.note_use()
        return file

    def note_use(self) -> None:
        """Now is the time of the last use."""
        os.utime(self.path / "use.lock")

    @contextlib.contextmanager
    def unused(self) -> Iterator[bool]:
        """Whether nobody uses the server; as long as this is open, nobody can begin to. The caller holds the start lock."""
        with (self.path / "use.lock").open("a") as use:
            yield lock_now(use)

    def last_use(self) -> float:
        return (self.path / "use.lock").stat().st_mtime

    def server_lives(self) -> bool:
        with (self.path / "server.lock").open("a") as file:
            return not lock_now(file)

    def wait_until_server_ended(self, seconds: float) -> bool:
        """Whether the server's life ended within `seconds`."""
        deadline = time.monotonic() + seconds
        while self.server_lives():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def read_state(self) -> dict[str, Any]:
        """The state that was last written, nothing where there is none; `server_lives` says whether it still holds."""
        try:
            return json.loads((self.path / "server.json").read_text())
        except FileNotFoundError:
            return {}

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace the state whole; readable by its owner alone from its first byte on, as it holds the token."""
        new = self.path / "server.json.new"
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(state, file)
        os.replace(new, self.path / "server.json")

    def remove_state(self) -> None:
        (self.path / "server.json").unlink(missing_ok=True)


def lock_now(file: IO[str]) -> bool:
    """Lock `file` for its opener alone until it is closed; False where that would mean waiting."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
