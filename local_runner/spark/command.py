"""The command line and environment of the local Spark Connect server.

Java is started directly. Spark's own way, `sbin/start-connect-server.sh`, first starts a second Java to compute the same
command line, and adds `jdk.incubator.vector`, which PyPI's Java lacks.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from local_runner.diagnostics import fail
from local_runner.spark.folder import ServerFolder
from local_runner.spark.hadoop_defaults import empty_defaults

SERVER_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
CHECKPOINT_FILES = "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"

# What Spark reaches into; from Spark's launcher, JavaModuleOptions.
OPENED = [
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/java.lang.invoke",
    "java.base/java.lang.reflect",
    "java.base/java.net",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.base/sun.nio.cs",
    "java.base/sun.security.action",
    "java.base/sun.util.calendar",
    "java.security.jgss/sun.security.krb5",
]


def jars() -> Path:
    """The folder of Spark's jars in the installed pyspark, found without importing it."""
    spec = find_spec("pyspark")
    folder = Path(spec.origin).with_name("jars") if spec else None
    # Databricks Connect installs a `pyspark` without them.
    if folder is None or not folder.is_dir():
        raise fail("Spark is not installed in this Python environment", "run `uv sync`")
    return folder


def command(java: Path, folder: ServerFolder) -> list[str]:
    """The command that runs the server with its files in `folder`, on a free port of 127.0.0.1.

    Raises:
        Failure: there are no jars of Spark.
    """
    properties = {
        **settings(folder),
        "java.io.tmpdir": folder.scratch,
        "log4j2.configurationFile": Path(__file__).with_name("log4j2.properties"),
        "io.netty.tryReflectionSetAccessible": "true",
    }
    return [
        str(java),
        # The newest options below are unknown to Java 17.
        "-XX:+IgnoreUnrecognizedVMOptions",
        "-XX:MaxRAMPercentage=50",
        # Between runs it holds no more memory than they have needed: this machine has other work.
        "-XX:MinHeapFreeRatio=10",
        "-XX:MaxHeapFreeRatio=30",
        # Runs are short: compiling hard and collecting side by side costs more here than it saves.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        # Out of memory, some of Spark's threads die and runs hang: a clear end is better.
        "-XX:+ExitOnOutOfMemoryError",
        f"-XX:ErrorFile={folder.path / 'crash.log'}",
        *(f"--add-opens={package}=ALL-UNNAMED" for package in OPENED),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        *(f"-D{key}={value}" for key, value in properties.items()),
        "-cp",
        f"{empty_defaults(folder.path)}:{jars()}/*",
        SERVER_CLASS,
    ]


def settings(folder: ServerFolder) -> dict[str, object]:
    """Spark's settings: nothing outside `folder` and loopback, sizes for one machine, Databricks' time zone."""
    return {
        "spark.app.name": "local_runner",
        "spark.master": "local[*]",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        # The ports that Spark opens to itself: no other user of this machine may speak to them.
        "spark.authenticate": "true",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": 0,
        # Longer than a break in the debugger; a server that nobody uses ends long before.
        "spark.connect.session.manager.defaultSessionTimeout": "12h",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": folder.path / "warehouse",
        "spark.sql.session.timeZone": "UTC",
        # Instants, not the older form without a time zone that is Spark's default.
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.sql.shuffle.partitions": os.cpu_count(),
        # Spark's default starts a `readlink` for each step of a stream; on local disks both replace files in one step.
        "spark.sql.streaming.checkpointFileManagerClass": CHECKPOINT_FILES,
        # Each batch's counts of rows are read when its stream has ended.
        "spark.sql.streaming.numRecentProgressUpdates": 100_000,
        "spark.ui.enabled": "false",
    }


def environment(token: str, folder: ServerFolder) -> dict[str, str]:
    """This process's environment for the server, without what would redirect Spark; UDFs run in this Python, in UTC.

    Without SPARK_HOME the workers take pyspark from this Python, and not from a zip file that has to be compiled each time.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "PYSPARK_"))}
    return {
        **inherited,
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_CONNECT_AUTHENTICATE_TOKEN": token,
        "SPARK_LOCAL_DIRS": str(folder.scratch),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TZ": "UTC",
    }
