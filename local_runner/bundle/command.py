"""`resolve`: print the resolved bundle as JSON."""

import argparse
import csv
import json
from itertools import chain
from pathlib import Path

from local_runner.diagnostics import print_diagnostics


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: this one)")
    parser.add_argument("--target", "-t", metavar="T", help="the target (default: the bundle's default target)")
    parser.add_argument("--var", action="append", default=[], metavar="K=V", type=_assignments, help="a variable's value")
    parser.add_argument("--user", metavar="EMAIL", help="the deploying user (default: git's user.email)")


def run(arguments: argparse.Namespace) -> int:
    """Print the bundle to stdout and its diagnostics to stderr; 1 when one of them is an error."""
    from local_runner.bundle import resolve

    bundle = resolve(arguments.bundle, arguments.target, dict(chain(*arguments.var)), arguments.user)
    print_diagnostics(bundle.diagnostics)
    print(json.dumps(bundle.value, indent=2, sort_keys=True, ensure_ascii=False))
    return 1 if bundle.errors else 0


def _assignments(text: str) -> list[tuple[str, str]]:
    """`a=1`, or several as `a=1,b=2`, quoted as in CSV where a value has a comma: so the Databricks CLI reads them."""
    parts = [part.partition("=") for part in next(csv.reader([text]), [])]
    for name, equals, _ in parts:
        if not equals:
            raise argparse.ArgumentTypeError(f"expected name=value, found {name!r}")
    return [(name, value) for name, _, value in parts]
