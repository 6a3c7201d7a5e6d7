"""Arguments that several verbs share."""

import argparse
from pathlib import Path


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """`--bundle` (a Path) and `--target` (None for the default target)."""
    parser.add_argument("--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: this one)")
    parser.add_argument("--target", "-t", metavar="T", help="the target (default: the bundle's default target)")


def add_limit(parser: argparse.ArgumentParser) -> None:
    """`--limit`, a number of rows; None where it is not given."""
    parser.add_argument("--limit", type=_number, metavar="N", help="the first N rows (default: 100 of a table, all of JSON)")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


def add_output(parser: argparse.ArgumentParser) -> None:
    """`--output`, `table` or `json`."""
    parser.add_argument(
        "-o", "--output", choices=["table", "json"], default="table", help="a table, or one JSON object a line"
    )
