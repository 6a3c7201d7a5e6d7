"""`just scaffold`: makes the folders of a new domain/source pair."""

import argparse
import sys
from contextlib import suppress
from pathlib import PurePosixPath

from local_runner.diagnostics import Failure
from scripts.bundle_files import bundle_root, create, one_writer, refuse_blocked
from scripts.edge import run
from scripts.models import Pair
from scripts.owners import OWNERS, read_owners


def scaffold_files(pair: Pair) -> list[PurePosixPath]:
    """The empty files that give a pair its packages and folders, relative to the bundle root."""
    domain, source = pair.domain, pair.source
    return [
        PurePosixPath("fixtures", domain, source, ".gitkeep"),
        PurePosixPath("resources", domain, "__init__.py"),
        PurePosixPath("resources", domain, source, "__init__.py"),
        PurePosixPath("src", domain, "__init__.py"),
        PurePosixPath("src", domain, source, "__init__.py"),
        PurePosixPath("src", domain, source, "transformations", ".gitkeep"),
        PurePosixPath("tests", domain, "__init__.py"),
        PurePosixPath("tests", domain, source, "__init__.py"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scaffold", description=__doc__, allow_abbrev=False)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--source", required=True)
    pair = Pair(**vars(parser.parse_args()))

    root = bundle_root()
    files = scaffold_files(pair)
    with one_writer(root):
        for file in files:
            refuse_blocked(root, file)
        for file in files:
            with suppress(FileExistsError):
                create(root, file, "")
    print(f"Scaffolded {pair.domain}/{pair.source}")
    # A file that cannot be read is for `just check` to tell.
    with suppress(Failure):
        if (root / OWNERS).is_file() and pair.domain not in read_owners(root).domains:
            print(f"Nobody owns {pair.domain} yet: name a team in {OWNERS}, then: just codeowners", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(run(main))
