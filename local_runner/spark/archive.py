"""Class-data sharing: Java takes Spark's 20,000 classes ready-made from one file, instead of reading them from 200 jars.

A server that finds no archive lists the classes it loads, which costs it next to nothing. When it is unused for the first
time, a second Java makes the archive from the list, at the lowest priority. The servers after it start in half the time.

`-XX:ArchiveClassesAtExit` does it in one step, but doubles the first start and takes 15 seconds to end; and a Java
without an archive of its own classes, like PyPI's, cannot use it.
"""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local_runner.spark.command import jars

LOWEST_PRIORITY = 19


@dataclass(frozen=True)
class Archive:
    """The archive for the server that `command` starts; Java itself refuses one that does not fit it."""

    folder: Path
    command: list[str]

    @cached_property
    def path(self) -> Path:
        """A name of its own for each command line, Java build and set of jars; that of when it was first asked for."""
        java = Path(self.command[0]).resolve()
        files = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in (java, *sorted(jars().glob("*.jar")))]
        key = hashlib.sha256(json.dumps([self.command, files]).encode()).hexdigest()[:16]
        return self.folder / f"classes-{key}.jsa"

    @property
    def loaded(self) -> Path:
        """The list of classes that the server has loaded so far."""
        return self.folder / "classes.list"

    def start_command(self) -> list[str]:
        """`command`, with the archive if there is one, else making the list for it."""
        java, *arguments = self.command
        use, make = f"-XX:SharedArchiveFile={self.path}", f"-XX:DumpLoadedClassList={self.loaded}"
        return [java, use if self.path.exists() else make, *arguments]

    def begin(self) -> subprocess.Popen[bytes] | None:
        """Start to make the archive; None where there is one or the server made no list."""
        if self.path.exists() or not self.loaded.exists():
            return None
        # The server is still writing the list: its last line may be half a line.
        complete = self.loaded.read_bytes().rpartition(b"\n")[0]
        snapshot = self.loaded.with_suffix(".snapshot")
        snapshot.write_bytes(complete + b"\n")
        java, *arguments = self.command
        options = [
            "-Xshare:dump",
            "-Xlog:disable",
            f"-XX:SharedClassListFile={snapshot}",
            f"-XX:SharedArchiveFile={self.new}",
        ]
        process = subprocess.Popen(  # noqa: S603 — no shell
            [java, *options, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, LOWEST_PRIORITY)
        return process

    @property
    def new(self) -> Path:
        """The archive that is being made."""
        return self.folder / "classes.new"

    def take(self) -> None:
        """Put the archive that was made in place of any older one."""
        with self.new.open("rb") as file:
            # Java maps the file without checking its contents: they must outlast a power cut.
            os.fsync(file.fileno())
        for old in self.folder.glob("classes-*.jsa"):
            old.unlink()
        os.replace(self.new, self.path)
