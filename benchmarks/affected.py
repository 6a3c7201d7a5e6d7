"""How exact `just affected` is, beside rules of folders, and how fast: seeded changes to a generated bundle whose model says
what each one touches.

    python benchmarks/affected.py             # 260 changes, then the time at 1,000 pairs
    python benchmarks/affected.py 1040 100    # 1,040 changes, then the time at 100 pairs
    python benchmarks/affected.py 0           # the time alone

Precision: of what is named, how much the change touches. Recall: of what the change touches, how much is named. Exact: how
many changes have just what they touch named. The bundle has resources in Python and in YAML, definitions in Python, in SQL
and in notebooks, reads across domains, and jobs that run notebooks.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from local_runner.bundle import resolve
from scripts.affected.compare import compare
from scripts.affected.version import Version
from scripts.lineage import lineage
from tests.scripts.affected.beyond import BEYOND
from tests.scripts.affected.generated import Pair, model, write
from tests.scripts.affected.mutations import KINDS
from tests.scripts.affected.scene import Scene

PAIRS = 24
SEED = 2025


@dataclass
class Score:
    changes: int = 0
    exact: int = 0
    right: int = 0
    named: int = 0
    touched: int = 0
    wrong: Counter = field(default_factory=Counter)

    def add(self, kind: str, found: set[str], expected: set[str]) -> None:
        self.changes += 1
        self.exact += found == expected
        self.right += len(found & expected)
        self.named += len(found)
        self.touched += len(expected)
        self.wrong[kind] += found != expected

    def __str__(self) -> str:
        precision, recall = self.right / (self.named or 1), self.right / (self.touched or 1)
        return f"{precision:.3f} | {recall:.3f} | {self.exact} of {self.changes}"


def version(root: Path) -> Version:
    bundle = resolve(root, "dev", user="ann@example.com").raise_for_errors()
    return Version(bundle, lineage(bundle))


def domains_of(keys: Iterable[str], pairs: list[Pair]) -> set[str]:
    """The domains of resources; a key starts with its domain."""
    names = {pair.domain for pair in pairs}
    return {name for name in names for key in keys if key.partition(".")[2].startswith(f"{name}_")}


def by_folder(files: Iterable[str], pairs: list[Pair]) -> set[str]:
    """The rule of path filters: the domains in whose folders of resources or code a file changed."""
    domains = {pair.domain for pair in pairs}
    return {parts[1] for file in files if (parts := file.split("/"))[0] in ("resources", "src") and parts[1] in domains}


def by_folder_with_care(files: Iterable[str], pairs: list[Pair]) -> set[str]:
    """The same, but what lies outside all domains' folders, and is no document, test or fixture, is for every domain."""
    domains = {pair.domain for pair in pairs}
    for file in files:
        top, *inside = file.split("/")
        is_everyones = top in ("src", "resources", "databricks.yml", "pyproject.toml") and not domains & set(inside[:1])
        if is_everyones and not file.endswith(".md"):
            return domains
    return by_folder(files, pairs)


RULES: dict[str, Callable[[Iterable[str], list[Pair]], set[str]]] = {
    "path filters": by_folder,
    "path filters with care": by_folder_with_care,
}


def measure(kind: Callable[[Scene], set[str]], times: int, computed: bool) -> dict[str, list[tuple[set[str], set[str]]]]:
    """What each way of telling names, and what is touched, for `times` changes of one kind."""
    random = Random(f"{SEED} {kind.__name__}")  # noqa: S311 - the same choices on every run
    pairs = model(PAIRS, python=True, computed=computed)
    told: dict[str, list[tuple[set[str], set[str]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root / "before", pairs)
        shutil.copytree(root / "before", root / "after")
        scene = Scene(root / "before", root / "after", pairs, random)
        before = version(root / "before")
        for _ in range(times):
            touched = kind(scene)
            named = {one.key for one in compare(before, version(root / "after"))}
            domains = domains_of(touched, pairs)
            told.setdefault("resources", []).append((named, touched))
            told.setdefault("domains", []).append((domains_of(named, pairs), domains))
            for name, rule in RULES.items():
                told.setdefault(name, []).append((rule(scene.touched_files, pairs), domains))
            scene.restore()
    return told


def measure_exactness(kinds: list[Callable[[Scene], set[str]]], changes: int, computed: bool = False) -> None:
    scores = {name: Score() for name in ("resources", "domains", *RULES)}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        times = -(-changes // len(kinds))
        results = pool.map(measure, kinds, [times] * len(kinds), [computed] * len(kinds))
        for kind, told in zip(kinds, results, strict=True):
            for name, pairs in told.items():
                for found, expected in pairs:
                    scores[name].add(kind.__name__, found, expected)
    first = scores["resources"]
    print(f"\n{first.changes} changes of {len(kinds)} kinds to {PAIRS} pairs (seed {SEED})\n")
    print("| | precision | recall | exact |\n|---|---|---|---|")
    print(f"| `just affected`, resources | {first} |")
    print(f"| `just affected`, domains | {scores['domains']} |")
    for name in RULES:
        print(f"| {name}, domains | {scores[name]} |")
    for name, count in first.wrong.items():
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
        start, before = time.perf_counter(), os.times()
        command = [sys.executable, "-m", "scripts.affected", "HEAD"]
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)  # noqa: S603
        seconds, after = time.perf_counter() - start, os.times()
    processor = sum(after[2:4]) - sum(before[2:4])
    told = done.stdout.splitlines()[-1]
    print(f"\n{pairs} pairs: {seconds:.1f} s from the shell, {processor:.1f} s of processor time ({told})")


def main() -> None:
    changes, pairs = ([int(argument) for argument in sys.argv[1:]] + [260, 1000][len(sys.argv) - 1 :])[:2]
    if changes:
        measure_exactness(KINDS, changes)
        measure_exactness(BEYOND, changes // 10, computed=True)
    with tempfile.TemporaryDirectory() as folder:
        measure_time(Path(folder), pairs)


if __name__ == "__main__":
    main()
