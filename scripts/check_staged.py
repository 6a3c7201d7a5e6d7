"""The hook before a commit: `just check dev` of what is staged, whatever else lies in the folder."""

import os
import sys

from scripts import git
from scripts.bundle_files import bundle_root
from scripts.check import main as check
from scripts.edge import run
from scripts.version_folder import version_folder

# A fresh clone has placeholders for the hosts of the others, which are errors there.
TARGET = "dev"


def main() -> None:
    root = bundle_root()
    with version_folder(root, git.staged(root), TARGET) as folder:
        # So that files are named as in the repository.
        os.chdir(folder)
        if code := check([TARGET]):
            raise SystemExit(code)


if __name__ == "__main__":
    sys.exit(run(main))
