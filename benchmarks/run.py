"""How long four layers take from the shell: `python -m local_runner run` beside Spark's own `spark-pipelines run`.

    python benchmarks/run.py       # 3 rounds
    python benchmarks/run.py 5

Both get the same source file and the same four rows. The first run starts from nothing; the others are runs after an edit,
ours on the server that the first run has left warm, Spark's own as it comes: it keeps none. The final table of the last run
is held against the right one: a fast wrong answer is told.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUNDLE = """\
bundle: {name: layers}
resources:
  pipelines:
    layers:
      name: layers
      catalog: spark_catalog
      schema: default
      libraries: [{glob: {include: src/**}}]
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""
SPEC = """\
name: layers
storage: file://%s/storage
libraries: [{glob: {include: src/**}}]
"""
SOURCE = """\
from pyspark import pipelines as dp
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.active()


@dp.materialized_view
def raw():
    return spark.read.schema("id int, kind string, amount int").json("%s")


@dp.materialized_view
def base():
    return spark.read.table("raw").dropDuplicates(["id"])


@dp.materialized_view
def staging():
    return spark.read.table("base").withColumn("good", F.expr("amount > 1"))


@dp.materialized_view
def final():
    return spark.read.table("staging").where("good").groupBy("kind").agg(F.sum("amount").alias("total"))
"""
ROWS = [(1, "a", 1), (2, "a", 2), (3, "b", 3), (3, "b", 3)]
EXPECTED = {("a", 2), ("b", 3)}


def write_project(root: Path) -> None:
    (root / "src").mkdir()
    rows = [json.dumps({"id": id, "kind": kind, "amount": amount}) for id, kind, amount in ROWS]
    (root / "rows.json").write_text("\n".join(rows))
    (root / "src" / "layers.py").write_text(SOURCE % (root / "rows.json"))
    (root / "databricks.yml").write_text(BUNDLE)
    (root / "spark-pipeline.yml").write_text(SPEC % root)


def timed(command: list[str], root: Path) -> float:
    start = time.perf_counter()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - start


def final_rows(folder: Path) -> set[tuple]:
    """The rows of the parquet files under `folder`, none where there are no files."""
    from pyarrow import parquet

    files = [file for file in folder.rglob("*.parquet") if file.is_file()]
    return {tuple(row.values()) for file in files for row in parquet.read_table(file).to_pylist()}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    bin_ = Path(sys.executable).parent
    runners = {
        "local_runner": [str(bin_ / "python"), "-m", "local_runner", "run", "layers"],
        "spark-pipelines": [str(bin_ / "spark-pipelines"), "--conf", "spark.sql.catalogImplementation=hive", "run"],
    }
    print(f"{'':<16} {'first':>8} {'again (median)':>16}   final table of the last run")
    for name, command in runners.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_project(root)
            first = timed(command, root)
            again = statistics.median(timed(command, root) for _ in range(rounds))
            if name == "local_runner":
                show = [str(bin_ / "python"), "-m", "local_runner", "show", "final", "-o", "json"]
                lines = subprocess.run(show, cwd=root, capture_output=True, text=True, check=True).stdout  # noqa: S603
                found = {tuple(json.loads(line).values()) for line in lines.splitlines()}
                subprocess.run([str(bin_ / "python"), "-m", "local_runner", "stop"], cwd=root, check=True)  # noqa: S603
            else:
                found = final_rows(root / "spark-warehouse" / "final")
        verdict = "right" if found == EXPECTED else f"WRONG: {sorted(found)}"
        print(f"{name:<16} {first:>6.1f} s {again:>14.1f} s   {verdict}")


if __name__ == "__main__":
    main()
