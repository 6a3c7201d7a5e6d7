"""The files to upload: `sync`, and the folder that holds them all.

Source: Databricks CLI, bundle/config/mutator/{rewrite_sync_paths,sync_default_path,sync_infer_root}.go.
"""

from __future__ import annotations

import os.path
from pathlib import Path

from local_runner.bundle.tree import List, Map, section
from local_runner.diagnostics import fail


def set_sync(config: Map, root: Path) -> Path:
    """Make the paths of `sync` relative to the sync root, which is returned: the bundle's folder or one above it.

    Raises Failure when a path leads outside the file system.
    """
    sync = section(config, "sync")
    for key in ("paths", "include", "exclude"):
        entries = sync.get(key)
        if isinstance(entries, List):
            sync[key] = List([_from_root(entries, index, root) for index in range(len(entries))], entries.where)
    if "paths" not in sync:
        sync["paths"] = List(["."])
    sync_root = root
    for path in sync["paths"] or ():
        parent = root / os.path.join(*([".."] * _steps_up(path)), "")
        parent = Path(os.path.normpath(parent))
        if len(str(parent)) < len(str(sync_root)):
            sync_root = parent
    inside = os.path.relpath(root, sync_root)
    for key in ("paths", "include", "exclude"):
        entries = sync.get(key) or List()
        for index, path in enumerate(entries):
            entries[index] = os.path.normpath(os.path.join(inside, path))
            if key == "paths" and entries[index].startswith(".."):
                raise fail(f"sync path {path} leads outside the file system", "Correct the path.", entries.place(index))
    return sync_root


def _from_root(entries: List, index: int, root: Path) -> str:
    """An entry, which is relative to the file it is written in, relative to the bundle's folder."""
    place = entries.place(index)
    folder = os.path.dirname(place.file) if place else str(root)
    return os.path.normpath(os.path.join(os.path.relpath(folder, root), entries[index].lstrip("/")))


def _steps_up(path: str) -> int:
    steps = 0
    for part in os.path.normpath(path).split("/"):
        if part != "..":
            break
        steps += 1
    return steps
