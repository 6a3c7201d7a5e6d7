"""A copy of this bundle, for a test that runs it or changes it."""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def copy_bundle(folder: Path) -> Path:
    """What a run needs, in the new or empty `folder`."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "databricks.yml", folder)
    for part in ("resources", "src", "fixtures"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
