"""`just check`: reports everything that is wrong with the bundle, with no workspace."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from local_runner.bundle import resolve, target_names
from local_runner.diagnostics import Diagnostic, Failure, Location
from local_runner.width import width_of, wrapped
from scripts.checks import check
from scripts.edge import run
from scripts.findings import Finding, as_annotations, as_json, as_text, merged


def main(argv: list[str] | None = None) -> int:
    """Check one target, or all; print what is found. 0 when nothing but warnings is, else 1."""
    parser = argparse.ArgumentParser(prog="check", description=__doc__, allow_abbrev=False)
    parser.add_argument("target", nargs="?", help="the target to check (default: all)")
    parser.add_argument("--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: this one)")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="for people, or for machines")
    arguments = parser.parse_args(argv)

    targets, findings = check_targets(arguments.bundle, arguments.target)
    if arguments.output == "json":
        print(as_json(targets, findings))
    elif os.environ.get("GITHUB_ACTIONS") == "true":
        print(as_annotations(targets, findings))
    else:
        width = width_of(sys.stdout)
        print("\n".join(wrapped(line, width) for line in as_text(targets, findings).splitlines()))
    return 1 if any(finding.is_error for finding in findings) else 0


def check_targets(root: Path, target: str | None) -> tuple[list[str], list[Finding]]:
    """The targets that were checked and what was found, sorted by place."""
    try:
        targets = [target] if target else target_names(root)
    except Failure as failure:
        # Nothing more can be said of a bundle that cannot be read.
        return [], merged({"": failure.diagnostics}, Path.cwd())
    except OSError as refused:
        return [], merged({"": [_unreadable(refused)]}, Path.cwd())
    if len(targets) == 1:
        found = {targets[0]: check_target(root, targets[0])}
    else:
        # Each target loads the Python resources anew, which takes the most time.
        with ProcessPoolExecutor(max_workers=min(len(targets), os.cpu_count() or 1)) as pool:
            found = dict(zip(targets, pool.map(check_target, [root] * len(targets), targets), strict=True))
    return targets, merged(found, Path.cwd())


def check_target(root: Path, target: str) -> list[Diagnostic]:
    try:
        return check(resolve(root, target))
    except OSError as refused:
        return [_unreadable(refused)]


def _unreadable(refused: OSError) -> Diagnostic:
    remedy = "Correct the path, or check who may read it."
    return Diagnostic(f"cannot be read: {refused.strerror}", remedy, Location(str(refused.filename)))


if __name__ == "__main__":
    sys.exit(run(main))
