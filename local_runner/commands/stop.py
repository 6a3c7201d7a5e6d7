"""`stop`: end a bundle's Spark server on this machine."""

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: this one)")


def run(arguments: argparse.Namespace) -> int:
    from local_runner.spark import stop

    print("Stopped the Spark server" if stop(arguments.bundle) else "No Spark server is running")
    return 0
