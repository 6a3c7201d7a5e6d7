"""Finds the bundle root and a resource's key in it, and creates files there that were not there before."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from uuid import uuid4

from local_runner.diagnostics import fail


def bundle_root() -> Path:
    """The nearest folder upward from the working directory that holds databricks.yml, else the working directory."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "databricks.yml").is_file()), here)


@contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Keep other generators out of the bundle at `root`, so that what one checked still holds when it writes.

    The lock is on the folder itself: no lock file stays behind, and the system drops the lock of a killed process.
    """
    folder = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def find_key(root: Path, key: str) -> PurePath | None:
    """The file, relative to `root`, that defines the resource `key` in Python or YAML; None where none does."""
    assignment = re.compile(rf"^{key}\s*[:=]".encode(), re.MULTILINE)
    files = sorted(path for path in (root / "resources").rglob("*") if path.is_file())
    for path in [root / "databricks.yml", *files]:
        if path.suffix == ".py" and assignment.search(path.read_bytes()):
            return path.relative_to(root)
        if path.suffix in (".yml", ".yaml") and path.exists() and _declares(path, key):
            return path.relative_to(root)
    return None


def _declares(path: Path, key: str) -> bool:
    content = path.read_bytes()
    if key.encode() not in content:
        return False
    import yaml

    try:
        resources = yaml.safe_load(content)["resources"]
        return any(key in group for group in resources.values())
    except (yaml.YAMLError, TypeError, KeyError, AttributeError):
        # Not a file of resources; what is wrong with it is for `just validate` to say.
        return False


def refuse_blocked(root: Path, file: PurePath) -> None:
    """Raise `Failure` where `file`'s folders cannot be made inside `root`; nothing is written."""
    for folder in reversed(file.parents):
        if os.path.lexists(root / folder) and not (root / folder).is_dir():
            raise fail(f"{folder} is not a folder, so {file} cannot be created in it", "Move it away and try again.")
    if not Path(os.path.realpath(root / file)).is_relative_to(os.path.realpath(root)):
        raise fail(f"{file} would lie outside the bundle, through a symbolic link")


def create(root: Path, file: PurePath, text: str) -> None:
    """Write `text` to the new `file` under `root`, whole or not at all.

    Raises FileExistsError where `file` is there already; it is left as it is.
    """
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{uuid4().hex}")
    try:
        draft.write_text(text, encoding="utf-8")
        # Unlike a rename, a link never replaces what is there.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
