"""Where the bundle goes in a workspace: `workspace.root_path` and the paths below it.

Source: Databricks CLI, bundle/config/mutator/{default_workspace_root,expand_workspace_root,default_workspace_paths,
prepend_workspace_prefix,rewrite_workspace_prefix}.go.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any

from local_runner.bundle.sections import WORKSPACE_PATHS
from local_runner.bundle.tree import List, Map, section
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity, fail

_DEFAULTS = {"file_path": "files", "resource_path": "resources", "artifact_path": "artifacts", "state_path": "state"}
_PREFIXED = re.compile(rf"/Workspace/?(\$\{{workspace\.(?:{'|'.join(WORKSPACE_PATHS)})\}})")


def set_workspace_paths(config: Map, target: str) -> None:
    """Give the root path and the paths below it their defaults, each under /Workspace. Raises Failure without a name."""
    workspace = section(config, "workspace")
    if not workspace.get("root_path"):
        name = section(config, "bundle").get("name")
        if not name:
            raise fail("the bundle has no name", "Set bundle.name in databricks.yml.", config.where.get("bundle"))
        workspace["root_path"] = f"~/.bundle/{name}/{target}"
    root = workspace["root_path"]
    if root.startswith("~/"):
        root = workspace["root_path"] = join("/Workspace/Users", workspace["current_user"]["userName"], root[2:])
    for key, folder in _DEFAULTS.items():
        workspace[key] = workspace.get(key) or join(root, folder)
    for key in WORKSPACE_PATHS:
        if workspace[key].startswith("/") and not workspace[key].startswith(("/Workspace/", "/Volumes/")):
            workspace[key] = "/Workspace" + workspace[key]


def require_workspace_paths(config: Map) -> None:
    """Raises Failure for each path that references have left without a value."""
    missing = [key for key in WORKSPACE_PATHS if not config["workspace"].get(key)]
    if missing:
        raise Failure(*(Diagnostic(f"workspace.{key} has no value", "Write a path, or remove it.") for key in missing))


def join(*parts: str) -> str:
    """A workspace path of `parts`, without `.`, `..` and doubled slashes."""
    return posixpath.normpath(re.sub("/+", "/", "/".join(parts)))


def remove_doubled_prefix(value: Any, report: list[Diagnostic], at: Location | None = None) -> Any:
    """`/Workspace${workspace.root_path}` without its `/Workspace`, which the path has already; containers in place."""
    if isinstance(value, str):
        short = _PREFIXED.sub(r"\1", value) if "/Workspace" in value else value
        if short != value:
            report.append(Diagnostic(f"{value} doubles /Workspace", f"Write {short}.", at, Severity.WARNING))
        return short
    if isinstance(value, Map):
        for key, item in value.items():
            value[key] = remove_doubled_prefix(item, report, value.where.get(key) or at)
    elif isinstance(value, List):
        value[:] = [remove_doubled_prefix(item, report, value.place(index) or at) for index, item in enumerate(value)]
    return value
