"""How long `just check` takes: pairs as scaffold and the generators make them, with and without transformations.

    python benchmarks/check.py             # 250, 500 and 1,000 pairs
    python benchmarks/check.py 100 2000

Each figure is one run from the shell on warm bytecode: of the official entry alone (`python -m databricks.bundles.build`; a
check starts it without `-m`, which is faster); of one target; of all three, side by side; and of one target where each pair
has the transformations of finance/stripe.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES_PER_DOMAIN = 20
OFFICIAL = ["databricks.bundles.build", "--phase", "load_resources", "--input", "input.json", "--output", os.devnull]
OFFICIAL += ["--diagnostics", os.devnull]


def python(*arguments: str, cwd: Path) -> float:
    """Seconds that `python -m …` takes. Fails where it says something is wrong, other than placeholders in prod."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    wrong = [line for line in done.stdout.splitlines() if line.startswith("Error") and "placeholder" not in line]
    if wrong or done.returncode > 1:
        sys.exit("\n".join(wrong) or done.stderr)
    return time.perf_counter() - start


def write_pairs(root: Path, pairs: int) -> None:
    """This repository's bundle, with `pairs` pairs in place of its own."""
    for file in ("databricks.yml", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, root)
    (root / ".venv").symlink_to(ROOT / ".venv")
    names = ["--domain=first", "--source=pair"]
    python("scripts.scaffold", *names, cwd=root)
    python("scripts.build_pipeline_resource", *names, "--name=sync", cwd=root)
    python("scripts.build_job_resource", *names, "--name=sync", cwd=root)
    shutil.copy(ROOT / "resources/__init__.py", root / "resources")
    made = [file for file in root.rglob("first/**/*") if file.is_file()]
    for number in range(pairs):
        domain, source = f"domain{number // SOURCES_PER_DOMAIN}", f"source{number % SOURCES_PER_DOMAIN}"
        for file in made:
            path = str(file.relative_to(root)).replace("first", domain).replace("pair", source)
            copy = root / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.read_text().replace("first", domain).replace("pair", source))
    shutil.rmtree(root / "resources/first")
    bundle = {"bundle": {"target": "prod"}, "python": {"resources": ["resources:load_resources"]}}
    (root / "input.json").write_text(json.dumps(bundle))


def add_transformations(root: Path) -> None:
    for folder in root.glob("src/*/*/transformations"):
        for file in (ROOT / "src/finance/stripe/transformations").glob("*.py"):
            shutil.copy(file, folder)


def main() -> None:
    print(f"{'pairs':>6} {'official entry':>15} {'one target':>11} {'all targets':>12} {'with transformations':>21}")
    for pairs in [int(argument) for argument in sys.argv[1:]] or [250, 500, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_pairs(root, pairs)
            python(*OFFICIAL, cwd=root)
            official = python(*OFFICIAL, cwd=root)
            one = python("scripts.check", "prod", cwd=root)
            every = python("scripts.check", cwd=root)
            add_transformations(root)
            full = python("scripts.check", "prod", cwd=root)
        print(f"{pairs:>6} {official:>13.1f} s {one:>9.1f} s {every:>10.1f} s {full:>19.1f} s", flush=True)


if __name__ == "__main__":
    main()
