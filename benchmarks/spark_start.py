"""How long Spark takes to start: the local runner's server beside Spark's own `sbin/start-connect-server.sh`.

    python benchmarks/spark_start.py            # three rounds
    python benchmarks/spark_start.py 10

A round starts each server once, one after another, so that a machine that grows slow is slow for all of them:

    script          Spark's script, as the pyspark wheel ships it, with its default settings
    runner          the local runner's server the first time, when it has no class archive yet
    with archive    the local runner's server after that

`listens`: seconds from the call until a TCP connection to the server's port is accepted. `first work`: seconds that a
client, whose import is not counted, then takes for four small tables written one from the other and a stream. `shell`: a
warm `connect` and `select 1`, as a new Python process, from the shell and back. Each figure is the median. The archive is
made once, before the first round; `making it` is what that took in the background.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from local_runner.spark import stop
from local_runner.spark.archive import Archive
from local_runner.spark.command import command, jars
from local_runner.spark.folder import ServerFolder
from local_runner.spark.java import find_java
from local_runner.spark.server import use_server

TOKEN = "for-this-benchmark"  # noqa: S105
WORK = """
import sys, tempfile, time
from pathlib import Path

import pyspark.sql.connect.session
from pyspark.sql import SparkSession, functions as F

spark = SparkSession.builder.remote(sys.argv[1]).getOrCreate()
began = time.perf_counter()
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "in").mkdir()
    Path(folder, "in", "a.json").write_text('{"id": "a", "amount": "1.5", "currency": "EUR", "status": "ok"}\\n' * 2)
    columns = "id string, amount string, currency string, status string"
    stream = spark.readStream.schema(columns).json(f"{folder}/in").writeStream.format("parquet")
    stream = stream.option("checkpointLocation", f"{folder}/checkpoint").trigger(availableNow=True)
    stream.start(f"{folder}/raw").awaitTermination()
    raw = spark.read.parquet(f"{folder}/raw")
    raw.withColumn("amount", F.col("amount").cast("decimal(18,2)")).dropDuplicates(["id"]).write.parquet(f"{folder}/base")
    base = spark.read.parquet(f"{folder}/base")
    base.join(base.select("id"), "id").withColumn("ok", F.col("status") == "ok").write.parquet(f"{folder}/staging")
    staging = spark.read.parquet(f"{folder}/staging")
    staging.groupBy("currency").agg(F.sum("amount"), F.count("*")).write.parquet(f"{folder}/final")
    assert spark.read.parquet(f"{folder}/final").count() == 1
print(time.perf_counter() - began)
"""
SHELL = """
import sys
from pathlib import Path
from local_runner.spark import connect

assert connect(Path(sys.argv[1])).sql("select 1").collect()
"""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "bundle")
        making = make_archive(root)
        figures = {"script": [], "runner": [], "with archive": []}
        shell = []
        for number in range(rounds):
            figures["script"].append(measure_script(Path(scratch, f"script{number}")))
            figures["runner"].append(measure_runner(Path(scratch, f"bare{number}")))
            figures["with archive"].append(measure_runner(root, shell))
    print(f"{'':14}{'listens':>10}{'first work':>12}")
    for name, measured in figures.items():
        listens, work = (median(column) for column in zip(*measured, strict=True))
        print(f"{name:14}{listens:>9.2f}s{work:>11.2f}s")
    print(f"making it {making:.0f} s; shell {median(shell):.2f} s; {rounds} rounds")


def make_archive(root: Path) -> float:
    """Run a server at `root` once and make the archive of what it loaded, as its supervisor does; the seconds that takes."""
    server, folder = use_server(root), ServerFolder.of(root)
    work(server.port, server.token)
    archive = Archive(folder.path, command(find_java(), folder))
    began = time.perf_counter()
    if archive.begin().wait() != 0:
        raise SystemExit("the archive was not made")
    archive.take()
    stop(root)
    return time.perf_counter() - began


def measure_script(folder: Path) -> tuple[float, float]:
    """Seconds until Spark's own server listens, and for the first work on it."""
    home = jars().parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_CONNECT_AUTHENTICATE_TOKEN": TOKEN,
        "SPARK_PID_DIR": str(folder),
        "SPARK_LOG_DIR": str(folder),
        "PYSPARK_PYTHON": sys.executable,
    }
    settings = [f"spark.connect.grpc.binding.port={port}", f"spark.sql.warehouse.dir={folder}/warehouse"]
    arguments = [argument for setting in settings for argument in ("--conf", setting)]
    folder.mkdir()
    began = time.perf_counter()
    run(["bash", str(home / "sbin/start-connect-server.sh"), *arguments], environment)
    try:
        wait_until_listening(port)
        listens = time.perf_counter() - began
        return listens, work(port, TOKEN)
    finally:
        run(["bash", str(home / "sbin/stop-connect-server.sh")], environment)


def measure_runner(root: Path, shell: list[float] | None = None) -> tuple[float, float]:
    """Seconds until the local runner's server listens, and for the first work on it; and then those of `shell`."""
    began = time.perf_counter()
    server = use_server(root)
    wait_until_listening(server.port)
    listens = time.perf_counter() - began
    try:
        seconds = work(server.port, server.token)
        if shell is not None:
            began = time.perf_counter()
            run_code(SHELL, str(root))
            shell.append(time.perf_counter() - began)
        return listens, seconds
    finally:
        stop(root)


def wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise SystemExit("the server does not listen")
        time.sleep(0.01)


def work(port: int, token: str) -> float:
    return float(run_code(WORK, f"sc://localhost:{port}/;token={token}"))


def run_code(code: str, argument: str) -> str:
    """What a new Python process that runs `code` prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(code)
        script.flush()
        return run([sys.executable, script.name, argument])


def run(command_line: list[str], environment: dict[str, str] | None = None) -> str:
    return subprocess.run(command_line, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 — no shell


if __name__ == "__main__":
    main()
