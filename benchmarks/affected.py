"""How exact `just affected` is, and how fast: seeded changes to a generated bundle whose model says what each one touches.

    python benchmarks/affected.py             # 450 changes, then the time at 1,000 pairs
    python benchmarks/affected.py 1000 100    # 1,000 changes, then the time at 100 pairs

Precision: of the resources it names, how many the change touches. Recall: of those the change touches, how many it names.
The bundle has resources in Python and in YAML, definitions in Python and in SQL, and reads across domains.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from random import Random

from local_runner.bundle import resolve
from scripts.affected.compare import compare
from scripts.affected.version import Version
from scripts.lineage import lineage
from tests.scripts.affected.generated import model, write
from tests.scripts.affected.mutations import KINDS, Scene

PAIRS = 24
SEED = 2025


def version(root: Path) -> Version:
    bundle = resolve(root, "dev", user="ann@example.com").raise_for_errors()
    return Version(bundle, lineage(bundle))


def measure_exactness(root: Path, changes: int) -> None:
    random = Random(SEED)  # noqa: S311 - the same choices on every run
    pairs = model(PAIRS, python=True)
    write(root / "before", pairs)
    shutil.copytree(root / "before", root / "after")
    scene = Scene(root / "before", root / "after", pairs, random)
    before = version(root / "before")
    right = named = touched = 0
    wrong = defaultdict(int)
    for number in range(changes):
        kind = KINDS[number % len(KINDS)]
        expected = kind(scene)
        found = {one.key for one in compare(before, version(root / "after"))}
        scene.restore()
        right += len(found & expected)
        named += len(found)
        touched += len(expected)
        wrong[kind.__name__] += found != expected
    print(f"{changes} changes of {len(KINDS)} kinds to {PAIRS} pairs (seed {SEED}): they touch {touched} resources")
    print(f"precision {right / named:.4f}   recall {right / touched:.4f}")
    for name, count in wrong.items():
        if count:
            print(f"  {name}: {count} not exact")


def measure_time(root: Path, pairs: int) -> None:
    made = model(pairs, python=True)
    write(root, made)
    (root / ".gitignore").write_text(".local/\n")
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-C", str(root)]
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=All"]):
        subprocess.run([*git, *command], check=True)  # noqa: S603 - fixed commands
    file = root / made[0].transformation("final_orders.py")
    file.write_text(file.read_text().replace('"currency"', '"currency", "day"'))
    for _ in range(2):
        start = time.perf_counter()
        command = [sys.executable, "-m", "scripts.affected", "HEAD"]
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)  # noqa: S603
        seconds = time.perf_counter() - start
    print(f"{pairs} pairs: {seconds:.1f} s from the shell ({done.stdout.splitlines()[-1]})")


def main() -> None:
    changes, pairs = ([int(argument) for argument in sys.argv[1:]] + [450, 1000][len(sys.argv) - 1 :])[:2]
    with tempfile.TemporaryDirectory() as folder:
        measure_exactness(Path(folder), changes)
    with tempfile.TemporaryDirectory() as folder:
        measure_time(Path(folder), pairs)


if __name__ == "__main__":
    main()
