"""Files by pattern, as the Databricks CLI finds them: with Go's `filepath.Glob`."""

import os
from fnmatch import fnmatchcase
from pathlib import Path


def matching(pattern: str, root: Path) -> list[str]:
    """The paths that match `pattern`, sorted; a relative pattern counts from `root`, and so do its matches.

    `**` stands for one folder, and `*` for dot files too. Python's own `glob` can do the latter, but only from 3.11 on.
    """
    found = [os.sep if os.path.isabs(pattern) else ""]
    for part in filter(None, pattern.split("/")):
        if any(character in part for character in "*?["):
            folders = [path for path in found if (root / path).is_dir()]
            found = [
                os.path.join(path, name) for path in folders for name in os.listdir(root / path) if fnmatchcase(name, part)
            ]
        else:
            found = [path for path in (os.path.join(path, part) for path in found) if os.path.lexists(root / path)]
    return sorted(found)
