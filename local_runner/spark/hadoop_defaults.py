"""Hadoop's default settings, emptied: a jar that stands before Hadoop's own on the class path.

Hadoop reads some 1,100 defaults, nearly all for clusters, from four XML files into each copy of its configuration. A
stream holds about thirty copies, and Spark Connect holds a stream for an hour after it ended (StreamingQueryCache).
Without the defaults a stream leaves 0.3 MB behind instead of 1.5 MB (benchmarks/streams.py) and takes less time.
What Spark asks of local files has the same defaults in Hadoop's code.
"""

import os
import tempfile
import zipfile
from pathlib import Path

NAMES = ("core-default.xml", "hdfs-default.xml", "mapred-default.xml", "yarn-default.xml")


def empty_defaults(folder: Path) -> Path:
    """The jar in `folder`, which is made if need be and never changed: Java's class archive asks for that."""
    jar = folder / "hadoop-defaults.jar"
    if not jar.exists():
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file, zipfile.ZipFile(file, "w") as made:
            for name in NAMES:
                made.writestr(name, "<configuration/>\n")
        os.replace(file.name, jar)
    return jar
