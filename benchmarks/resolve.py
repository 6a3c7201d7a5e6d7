"""How long a bundle takes to resolve: copies of finance/stripe, written in Python as they are and in YAML.

    python benchmarks/resolve.py            # 1, 250, 500 and 1,000 pairs
    python benchmarks/resolve.py 2000

Each figure is `python -m local_runner resolve` from the shell, on warm bytecode. `entry` is the official entry alone, as the
Databricks CLI starts it (`python -m databricks.bundles.build`). In YAML each pair has a file of its own and refers to
variables, so that includes, merging and references grow with the pairs too.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from benchmarks.loader import OURS, measure, write_pairs
from local_runner.bundle import resolve

ROOT = Path(__file__).parents[1]


def write_bundle(root: Path, pairs: int) -> None:
    """This repository's bundle with `pairs` copies of its first pair."""
    write_pairs(root, pairs)
    (root / "resources" / "__init__.py").write_text(OURS)
    (root / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / "databricks.yml", root)
    for number in range(pairs):
        folder = root / "src" / f"domain{number // 20}" / f"source{number % 20}"
        (folder / "transformations").mkdir(parents=True)


def write_yaml(root: Path, pairs: int) -> None:
    """The same resources as YAML, as this repository's bundle defines them before anything is resolved."""
    settings = yaml.safe_load((ROOT / "databricks.yml").read_text())
    del settings["python"]
    settings["include"] = ["resources/*.yml"]
    (root / "databricks.yml").write_text(yaml.safe_dump(settings))
    (root / "resources").mkdir()
    for number in range(pairs):
        name = f"domain{number // 20}_source{number % 20}_sync"
        pipeline = {
            "name": f"{name}_pipeline",
            "catalog": "${var.catalog}domain",
            "schema": "${var.schema}source",
            "serverless": True,
            "root_path": "../src",
            "libraries": [{"glob": {"include": "../src/transformations/**"}}],
            "environment": {"dependencies": ["--editable ${workspace.file_path}"]},
        }
        job = {
            "name": f"{name}_job",
            "trigger": {"periodic": {"interval": 1, "unit": "DAYS"}},
            "parameters": [{"name": "catalog", "default": "${var.catalog}domain"}],
            "tasks": [
                {"task_key": "refresh", "pipeline_task": {"pipeline_id": f"${{resources.pipelines.{name}_pipeline.id}}"}}
            ],
        }
        resources = {"pipelines": {f"{name}_pipeline": pipeline}, "jobs": {f"{name}_job": job}}
        (root / "resources" / f"{name}.yml").write_text(yaml.safe_dump({"resources": resources}))
    (root / "src").mkdir()


def shell_seconds(root: Path) -> float:
    """The second run from the shell."""
    command = [sys.executable, "-m", "local_runner", "resolve", "--bundle", str(root), "--user", "ann.lee@example.com"]
    for _ in range(2):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - a fixed command
        seconds = time.perf_counter() - start
    return seconds


def resources(root: Path) -> int:
    kinds = resolve(root, user="ann.lee@example.com").raise_for_errors().value["resources"]
    return sum(len(items) for items in kinds.values())


def main() -> None:
    print(f"{'pairs':>6} {'Python':>8} {'entry':>8} {'YAML':>8}")
    for pairs in [int(argument) for argument in sys.argv[1:]] or [1, 250, 500, 1000]:
        seconds = {}
        for kind, write in (("Python", write_bundle), ("YAML", write_yaml)):
            with tempfile.TemporaryDirectory() as folder:
                root = Path(os.path.realpath(folder))
                write(root, pairs)
                if resources(root) != 2 * pairs:
                    raise SystemExit(f"{kind}: {resources(root)} resources where {2 * pairs} are expected")
                seconds[kind] = shell_seconds(root)
                if kind == "Python":
                    seconds["entry"], _ = measure(root, OURS)
        print(f"{pairs:>6} {seconds['Python']:>7.2f}s {seconds['entry']:>7.2f}s {seconds['YAML']:>7.2f}s")


if __name__ == "__main__":
    main()
