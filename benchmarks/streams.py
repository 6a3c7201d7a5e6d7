"""What a small stream costs: with the local runner's settings of Spark, beside Spark's own, in the same run.

    python benchmarks/streams.py            # forty streams
    python benchmarks/streams.py 200

Two servers run side by side, and each in turn runs a stream of two rows from a JSON file to a parquet folder, so that a
machine that grows slow is slow for both. `seconds` is the median of a stream's time, from its start to its end. `left` is
what a stream leaves in Java's memory, by the bytes of live objects before and after (`jcmd`, which a Java without
development tools lacks).
"""

import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median
from subprocess import run

from local_runner.spark import connect, stop
from local_runner.spark.folder import ServerFolder

MANAGER = "spark.sql.streaming.checkpointFileManagerClass"
WARM_UP = 10


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as scratch:
        ours, spark_own = Path(scratch, "ours"), Path(scratch, "spark")
        # An empty jar hides none of Hadoop's defaults.
        defaults = ServerFolder.of(spark_own).path / "hadoop-defaults.jar"
        defaults.parent.mkdir(parents=True)
        zipfile.ZipFile(defaults, "w").close()
        sessions = {root: connect(root) for root in (ours, spark_own)}
        name = "org.apache.spark.sql.execution.streaming.checkpointing.FileContextBasedCheckpointFileManager"
        sessions[spark_own].conf.set(MANAGER, name)
        seconds = {root: [] for root in sessions}
        for number in range(WARM_UP + count):
            if number == WARM_UP:
                before = {root: live_bytes(root) for root in sessions}
            for root, session in sessions.items():
                seconds[root].append(stream(session, Path(scratch, f"{root.name}{number}")))
        for root in sessions:
            left = live_bytes(root) - before[root]
            words = f"{left / count / 1e6:5.1f} MB" if left else "unknown"
            print(f"{root.name:8}{median(seconds[root][WARM_UP:]):8.3f} s   left {words}")
            stop(root)


def stream(session, folder: Path) -> float:
    """Seconds that a stream of two rows takes."""
    folder.joinpath("in").mkdir(parents=True)
    folder.joinpath("in/1.json").write_text('{"id": 1}\n{"id": 2}\n')
    began = time.perf_counter()
    writer = session.readStream.schema("id INT").json(f"{folder}/in").writeStream.format("parquet")
    query = writer.option("checkpointLocation", f"{folder}/checkpoint").trigger(availableNow=True).start(f"{folder}/out")
    query.awaitTermination()
    return time.perf_counter() - began


def live_bytes(root: Path) -> int:
    """The bytes of all live objects in the server's memory; 0 where this Java has no `jcmd`."""
    if not shutil.which("jcmd"):
        return 0
    pid = ServerFolder.of(root).read_state()["pid"]
    shown = run(["jcmd", str(pid), "GC.class_histogram"], check=True, capture_output=True, text=True).stdout  # noqa: S603, S607
    return int(shown.split()[-1])


if __name__ == "__main__":
    main()
