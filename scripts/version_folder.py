"""A version of the bundle in a folder of its own, where it resolves as it would in place."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import git

# Set by a person on their machine, not by a commit: it holds for every version.
_OVERRIDES = ".databricks/bundle/{target}/variable-overrides.json"


@contextmanager
def version_folder(root: Path, version: str, target: str) -> Iterator[Path]:
    """The files of `version`, a commit or a tree, with what git does not keep: the environment, a person's own values.

    Raises Failure where git has no such version.
    """
    with git.checkout(root, version) as folder:
        if (root / ".venv").is_dir() and not (folder / ".venv").is_symlink():
            (folder / ".venv").symlink_to(root / ".venv")
        overrides = Path(_OVERRIDES.format(target=target))
        (folder / overrides).unlink(missing_ok=True)
        if (root / overrides).is_file():
            (folder / overrides).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / overrides, folder / overrides)
        yield folder
