"""A pipeline's libraries: globs in `notebook.path` and `file.path`, one entry for each file they match.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/expand_pipeline_glob_paths.go.
"""

from __future__ import annotations

from pathlib import Path

from local_runner.bundle.globs import matching
from local_runner.bundle.paths import is_local
from local_runner.bundle.tree import List, Map, copy, get


def expand_pipeline_libraries(resources: Map, root: Path) -> None:
    """Replace each library that is a glob by its matches, in place; one without a match stays as it is."""
    for pipeline in (resources.get("pipelines") or {}).values():
        libraries = pipeline.get("libraries")
        if not isinstance(libraries, List):
            continue
        out = List()
        for index, library in enumerate(libraries):
            expanded = _expanded(library, root)
            out += expanded
            out.where += [libraries.place(index)] * len(expanded)
        pipeline["libraries"] = out


def _expanded(library: Map, root: Path) -> list[Map]:
    for kind in ("notebook", "file"):
        path = get(library, kind, "path")
        if path and is_local(path):
            matches = matching(path, root)
            return [_with_path(library, kind, match) for match in matches] or [library]
    return [library]


def _with_path(library: Map, kind: str, path: str) -> Map:
    out = copy(library)
    out[kind]["path"] = path
    return out
