"""`just doctor`: looks at this machine, and says what to do about what it finds."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from local_runner.diagnostics import Failure
from scripts.bundle_files import bundle_root
from scripts.doctor.line import Line, Status, told
from scripts.doctor.repository import git_line, owners_line
from scripts.doctor.targets import bundle_lines, placeholder_lines, required_cli, resolved, target_line
from scripts.doctor.tools import databricks_cli, java, local_spark, python, uv
from scripts.edge import run


def main() -> int:
    """Print what is found. 1 where something is broken that local work needs, else 0."""
    parser = argparse.ArgumentParser(prog="doctor", description=__doc__, allow_abbrev=False)
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text", help="for people, or for machines")
    arguments = parser.parse_args()

    lines = list(examine(bundle_root()))
    print(as_json(lines) if arguments.output == "json" else as_text(lines))
    return 1 if any(line.status is Status.ERROR for line in lines) else 0


def examine(root: Path) -> Iterator[Line]:
    """Look at the machine, and at the bundle in `root`; nothing is asked of the network."""
    yield from (python(), uv(), java(), local_spark())
    try:
        bundles = resolved(root)
    except Failure as failure:
        yield databricks_cli("")
        yield told("bundle", Status.ERROR, failure.diagnostics[0])
        yield git_line(root, [])
        return
    yield databricks_cli(required_cli(bundles.values()))
    yield from bundle_lines(bundles)
    yield from (target_line(target, bundle) for target, bundle in bundles.items())
    yield from placeholder_lines(bundles)
    yield owners_line(root)
    yield git_line(root, bundles)


def as_text(lines: Iterable[Line]) -> str:
    """A row for each line, with what to do below it."""
    lines = list(lines)
    status, name = max(len(line.status.value) for line in lines), max(len(line.name) for line in lines)
    rows = []
    for line in lines:
        rows.append(f"{line.status.value:{status}}  {line.name:{name}}  {line.found}")
        rows += [f"{'':{status}}  {'':{name}}  {step}" for step in line.remedy.splitlines()]
    return "\n".join(rows)


def as_json(lines: Iterable[Line]) -> str:
    """`[{"name", "status", "found", "remedy"}]`."""
    return json.dumps([asdict(line) for line in lines], indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(run(main))
