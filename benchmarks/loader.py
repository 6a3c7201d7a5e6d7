"""How long Python resources take to load: `load_resources` beside databricks-bundles' own, in copies of finance/stripe.

    python benchmarks/loader.py            # 250, 500 and 1,000 pairs
    python benchmarks/loader.py 100 2000

Each figure is one run of the official entry (`python -m databricks.bundles.build`) on warm bytecode, as the Databricks CLI
starts it. Both loaders must give the same bytes, else the benchmark fails.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESOURCES = Path(__file__).parents[1] / "resources"
OURS = (RESOURCES / "__init__.py").read_text()
OFFICIAL = """\
from databricks.bundles.core import load_resources_from_current_package_module


def load_resources():
    return load_resources_from_current_package_module()
"""
SOURCES_PER_DOMAIN = 20


def write_pairs(root: Path, pairs: int) -> None:
    """A bundle of `pairs` copies of finance/stripe under other names."""
    for number in range(pairs):
        domain, source = f"domain{number // SOURCES_PER_DOMAIN}", f"source{number % SOURCES_PER_DOMAIN}"
        folder = root / "resources" / domain / source
        folder.mkdir(parents=True)
        for package in (folder.parent, folder):
            (package / "__init__.py").touch()
        for file in (RESOURCES / "finance" / "stripe").glob("sync_*.py"):
            (folder / file.name).write_text(file.read_text().replace("finance", domain).replace("stripe", source))
    bundle = {"bundle": {"target": "dev"}, "python": {"resources": ["resources:load_resources"]}}
    (root / "input.json").write_text(json.dumps(bundle))


def measure(root: Path, loader: str) -> tuple[float, tuple[bytes, bytes]]:
    """(seconds, (output, locations)) of the second run with `loader` as resources/__init__.py."""
    (root / "resources" / "__init__.py").write_text(loader)
    command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "load_resources", "--input", "input.json"]
    command += ["--output", "output.json", "--locations", "locations.json", "--diagnostics", "diagnostics.json"]
    for _ in range(2):
        start = time.perf_counter()
        subprocess.run(command, cwd=root, check=True)  # noqa: S603 - a fixed command
        seconds = time.perf_counter() - start
    return seconds, ((root / "output.json").read_bytes(), (root / "locations.json").read_bytes())


def main() -> None:
    print(f"{'pairs':>6} {'official':>10} {'ours':>8}")
    for pairs in [int(argument) for argument in sys.argv[1:]] or [250, 500, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            write_pairs(Path(folder), pairs)
            official, expected = measure(Path(folder), OFFICIAL)
            ours, found = measure(Path(folder), OURS)
        if found != expected:
            sys.exit(f"{pairs} pairs: the loaders disagree")
        print(f"{pairs:>6} {official:>8.2f} s {ours:>6.2f} s")


if __name__ == "__main__":
    main()
