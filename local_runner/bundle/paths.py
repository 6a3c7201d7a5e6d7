"""Paths to local files: first relative to the bundle's folder, at the end to their place in the workspace.

Source: Databricks CLI, bundle/config/mutator/{normalize_paths,translate_paths*}.go, bundle/config/mutator/paths/*.go,
bundle/libraries/local_path.go and libs/notebook/*.go.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from local_runner.bundle.notebooks import is_notebook, without_extension
from local_runner.bundle.tree import Map, each, location, show
from local_runner.bundle.workspace import join
from local_runner.diagnostics import Diagnostic, Location


class Target(Enum):
    """What a path leads to, and so how it is written at the end."""

    NOTEBOOK = "a notebook"
    FILE = "a file"
    FOLDER = "a folder"
    GLOB = "a glob"
    LIBRARY = "a library"
    DEPENDENCY = "a dependency"
    REQUIREMENTS = "a requirements file"
    LOCAL_FOLDER = "a local folder"


_TASK = {
    "notebook_task.notebook_path": Target.NOTEBOOK,
    "spark_python_task.python_file": Target.FILE,
    "dbt_task.project_directory": Target.FOLDER,
    "sql_task.file.path": Target.FILE,
    "alert_task.workspace_path": Target.FILE,
    "libraries[*].requirements": Target.FILE,
    "ai_runtime_task.deployments[*].command_path": Target.FILE,
    "libraries[*].whl": Target.LIBRARY,
    "libraries[*].jar": Target.LIBRARY,
}
_JOB_DEPENDENCIES = "resources.jobs.*.environments[*].spec.dependencies[*]"
_PIPELINE_DEPENDENCIES = "resources.pipelines.*.environment.dependencies[*]"
_PATTERNS: dict[str, Target] = {
    **{
        f"resources.jobs.*.tasks[*].{loop}{field}": target
        for field, target in _TASK.items()
        for loop in ("", "for_each_task.task.")
    },
    _JOB_DEPENDENCIES: Target.DEPENDENCY,
    "resources.apps.*.source_code_path": Target.FOLDER,
    "artifacts.*.path": Target.LOCAL_FOLDER,
    "resources.alerts.*.file_path": Target.LIBRARY,
    "resources.dashboards.*.file_path": Target.LIBRARY,
    "resources.genie_spaces.*.file_path": Target.LIBRARY,
    "resources.pipelines.*.libraries[*].notebook.path": Target.NOTEBOOK,
    "resources.pipelines.*.libraries[*].file.path": Target.FILE,
    "resources.pipelines.*.libraries[*].glob.include": Target.GLOB,
    "resources.pipelines.*.root_path": Target.FOLDER,
    _PIPELINE_DEPENDENCIES: Target.DEPENDENCY,
}
_SERIALISED = ("resources.dashboards.*.file_path", "resources.genie_spaces.*.file_path")
_OUTSIDE_ALLOWED = (Target.LIBRARY, Target.DEPENDENCY, Target.REQUIREMENTS, Target.LOCAL_FOLDER)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FILE_FLAG = re.compile(r"(-r|-e) (.*)", re.DOTALL)
_ANY_FLAG = re.compile(r"(^|\s+)--?[a-zA-Z0-9-]+([\s|=]+|$)")
_VERSION = r"(\d+!)?\d+(\.\d+)*([-_.]?(a|b|rc)\d+)?([-_.]?post\d+)?([-_.]?dev\d+)?(\+[a-zA-Z0-9]+([-_.][a-zA-Z0-9]+)*)?"
_PACKAGE = re.compile(rf"[a-zA-Z0-9\-_]+\s?(\[.*\])?\s?((==|!=|<=|>=|~=|>|<)\s?{_VERSION},?)*")


@dataclass(frozen=True)
class Roots:
    """The folders that paths are relative to: the bundle's, the one that is uploaded, and its place in the workspace."""

    bundle: Path
    sync: Path
    workspace: str


def normalise_paths(config: Map, root: Path) -> None:
    """Make each local path relative to the bundle's folder instead of the file it is written in."""
    for _, owner, key, at, _ in _local_paths(config, _PATTERNS):
        folder = os.path.dirname(at.file) if at else str(root)
        owner[key] = _with_flag(owner[key], lambda path, folder=folder: _relative(path, folder, root))


def translate_serialised_paths(config: Map, roots: Roots) -> None:
    """Make the paths of dashboards and Genie spaces, whose content is read, relative to the sync root."""
    for _, owner, key, _, _ in _local_paths(config, _SERIALISED):
        if not _is_elsewhere(owner[key]):
            owner[key] = os.path.relpath(roots.bundle / owner[key], roots.sync)


def translate_paths(config: Map, roots: Roots, report: list[Diagnostic]) -> None:
    """Replace each local path by its place in the workspace; report those that lead to nothing."""
    patterns = [pattern for pattern in _PATTERNS if pattern not in _SERIALISED and ".alerts." not in pattern]
    for path, owner, key, at, target in _local_paths(config, patterns):
        try:
            owner[key] = _with_flag(owner[key], lambda text, target=target: _translate(text, target, roots))
        except _Unusable as problem:
            report.append(Diagnostic(f"{show(path)}: {problem}", problem.remedy, at))


class _Unusable(Exception):
    def __init__(self, summary: str, remedy: str) -> None:
        super().__init__(summary)
        self.remedy = remedy


def _local_paths(config: Map, patterns: Any) -> Iterator[tuple[Any, Any, Any, Location | None, Target]]:
    """Each (path, container, key, place, target) of a local path; those of a job that has its code in git are not local."""
    for pattern in patterns:
        for path, owner, key in each(config, pattern):
            value = owner.get(key) if isinstance(owner, dict) else owner[key]
            target = _PATTERNS[pattern]
            if not isinstance(value, str) or (path[1] == "jobs" and _has_git_source(config, path[2])):
                continue
            if target is Target.DEPENDENCY:
                if _FILE_FLAG.fullmatch(value) and is_local(_FILE_FLAG.fullmatch(value)[2].strip()):
                    target = Target.REQUIREMENTS
                elif not is_local_dependency(value):
                    continue
            yield path, owner, key, location(config, path), target


def _has_git_source(config: Map, key: str) -> bool:
    return bool(config["resources"]["jobs"][key].get("git_source"))


def is_local(path: str) -> bool:
    """Whether `path` names a file on this machine: neither absolute nor a URL."""
    path = path.strip("\"'")
    if path.startswith("file://") or path.startswith("/"):
        return False
    scheme = _SCHEME.match(path)
    return not (scheme and path.startswith(scheme[0] + "/") and scheme[0] != "file:")


def is_local_dependency(text: str) -> bool:
    """Whether an environment's dependency is a local file, rather than a package or a flag of pip."""
    if not text or text.startswith("."):
        return bool(text)
    if _ANY_FLAG.search(text) or _PACKAGE.fullmatch(text):
        return False
    name, separator, url = text.partition(" @ ")
    if separator and _PACKAGE.fullmatch(name) and _SCHEME.match(url):
        return False
    return is_local(text)


def _is_elsewhere(path: str) -> bool:
    return path.startswith("/") or _SCHEME.match(path) is not None


def _with_flag(text: str, change: Callable[[str], str]) -> str:
    """`text` changed; where it is a flag of pip and a path, its path changed."""
    flagged = _FILE_FLAG.fullmatch(text)
    return f"{flagged[1]} {change(flagged[2].strip())}" if flagged else change(text)


def _relative(path: str, folder: str, root: Path) -> str:
    if _is_elsewhere(path):
        return path
    return os.path.normpath(os.path.join(os.path.relpath(folder, root), path))


def _translate(text: str, target: Target, roots: Roots) -> str:
    if _is_elsewhere(text):
        return text
    local = Path(os.path.normpath(roots.bundle / text))
    relative = os.path.relpath(local, roots.sync)
    if target not in _OUTSIDE_ALLOWED and relative.split("/")[0] == "..":
        raise _Unusable(f"{text} is not inside the sync root {roots.sync}", "Add its folder to sync.paths.")
    if target in (Target.NOTEBOOK, Target.FILE, Target.REQUIREMENTS):
        _check_file(text, local, target)
    if target is Target.LOCAL_FOLDER or target is Target.FOLDER:
        _check_folder(text, local)
    if target is Target.LOCAL_FOLDER:
        return str(local)
    if target is Target.LIBRARY:
        return relative
    if target is Target.DEPENDENCY:
        return relative if relative.startswith(".") else f"./{relative}"
    if target is Target.NOTEBOOK:
        relative = without_extension(relative)
    return join(roots.workspace, relative)


def _check_file(text: str, local: Path, target: Target) -> None:
    if not local.exists():
        near = [
            name for name in (f"{text}{end}" for end in (".py", ".ipynb", ".sql", ".scala", ".r")) if _beside(local, name)
        ]
        hint = f"Did you mean {near[0]}?" if near else "Create it, or correct the path."
        raise _Unusable(f"{target.value.removeprefix('a ')} {text} not found", hint)
    if local.is_dir():
        remedy = "Name a file."
        if target is Target.REQUIREMENTS:
            remedy = "What follows -e is taken for a file: write `--editable ${workspace.file_path}/…` to install a folder."
        raise _Unusable(f"{text} is a folder, where {target.value} is expected", remedy)
    if is_notebook(local) and target is not Target.NOTEBOOK:
        raise _Unusable(f"{text} is a notebook, where a file is expected", "Remove its first line, the notebook header.")
    if target is Target.NOTEBOOK and not is_notebook(local):
        remedy = "Start it with the notebook header, such as `# Databricks notebook source`."
        raise _Unusable(f"{text} is a file, where a notebook is expected", remedy)


def _beside(local: Path, name: str) -> bool:
    return (local.parent / os.path.basename(name)).exists()


def _check_folder(text: str, local: Path) -> None:
    if not local.is_dir():
        what = "is not a folder" if local.exists() else "not found"
        raise _Unusable(f"folder {text} {what}", "Create it, or correct the path.")
