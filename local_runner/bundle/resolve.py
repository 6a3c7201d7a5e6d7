"""A bundle's folder and a target, resolved to one value with no workspace: the stages, in the order of the Databricks CLI.

Source of the order: Databricks CLI, bundle/phases/{load,initialize}.go.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from local_runner.bundle.artifacts import prepare_artifacts
from local_runner.bundle.definitions import check_definitions, empty_resources
from local_runner.bundle.deployment import annotate, set_volume_paths
from local_runner.bundle.empty_text import drop_empty_text
from local_runner.bundle.identity import current_user
from local_runner.bundle.keyed_lists import repeated_tasks
from local_runner.bundle.load import load
from local_runner.bundle.lookups import configuration_lookup, volume_path_lookup
from local_runner.bundle.normalise import normalise
from local_runner.bundle.paths import Roots, translate_paths
from local_runner.bundle.presets import apply_mode, refuse_source_links
from local_runner.bundle.references import Resolver
from local_runner.bundle.report import Report
from local_runner.bundle.repository import Repository, read_repository
from local_runner.bundle.resources import process_python_resources, process_static_resources
from local_runner.bundle.result import ResolvedBundle
from local_runner.bundle.sections import ROOT
from local_runner.bundle.shapes import check_resolved_shapes
from local_runner.bundle.sync import set_sync
from local_runner.bundle.tags import cloud_of
from local_runner.bundle.targets import chosen, select_target
from local_runner.bundle.tree import Map, get, section
from local_runner.bundle.validation import check_volumes, validate
from local_runner.bundle.variables import set_variables
from local_runner.bundle.workspace import remove_doubled_prefix, require_workspace_paths, set_workspace_paths
from local_runner.diagnostics import Failure

# With `experimental.immutable_folder`, files go to a snapshot whose path only a deployment knows.
_SNAPSHOT_FILES = "${workspace.snapshot_path}/files"
_SNAPSHOT_PATHS = (("workspace", "file_path"), ("workspace", "artifact_path"), ("workspace", "snapshot_path"))


def resolve(
    root: Path | str,
    target: str | None = None,
    variables: Mapping[str, str] | None = None,
    user: str | None = None,
) -> ResolvedBundle:
    """The bundle in folder `root` for `target`, or for the default target.

    `variables` are values as `--var` gives them; `user` is the email of the deploying user, by default git's
    `user.email`, else the login name. What is wrong with the bundle is in the result's diagnostics.
    """
    root = Path(os.path.abspath(root))
    roots, finished = Roots(root, root, ""), False
    config, report = Map(), Report()
    try:
        config.take(load(root, report))
        report.repeated_tasks += repeated_tasks(config.get("resources"))
        target, definition = select_target(config, target, report)
        report.repeated_tasks += repeated_tasks(definition.get("resources"))
        roots = _prepare(config, root, target, variables or {}, user, report)
        _resolve_resources(config, roots, report)
        finished = True
        report += validate(config, definition)
    except Failure as failure:
        report += failure.diagnostics
    return ResolvedBundle(root, target or "", config, roots, report, finished)


def target_names(root: Path | str) -> list[str]:
    """The targets of the bundle in folder `root`, in the order they are written. Raises Failure when it cannot be read."""
    return list(_targets(root))


def target_named(root: Path | str, name: str | None) -> str:
    """`name`, or the default target's where it is None, without resolving the bundle in folder `root`.

    Raises Failure where there is no such target, or the bundle cannot be read.
    """
    return chosen(_targets(root), name)


def _targets(root: Path | str) -> Map:
    config = load(Path(os.path.abspath(root)), Report())
    return config.get("targets") or config.get("environments") or Map({"default": Map()})


def _prepare(config: Map, root: Path, target: str, variables: Mapping[str, str], user: str | None, report: Report) -> Roots:
    """Resolve all sections but resources; returns the folders that the paths in resources are relative to."""
    report += check_definitions(config)
    if empty := empty_resources(config):
        raise Failure(*empty)
    repository = read_repository(root)
    sync_root = set_sync(config, root)
    section(config, "workspace")["current_user"] = current_user(user or repository.user_email)
    _set_git(config, repository, root, sync_root)
    set_workspace_paths(config, target)
    remove_doubled_prefix(config, report)
    set_variables(config, root, target, variables, report)

    _resolve_sections(config, report)
    require_workspace_paths(config)
    report += check_volumes(config)
    return Roots(root, sync_root, _SNAPSHOT_FILES if _in_snapshot(config) else config["workspace"]["file_path"])


def _resolve_resources(config: Map, roots: Roots, report: Report) -> None:
    cloud = cloud_of(config["workspace"].get("host") or "")
    refuse_source_links(config, report)
    apply_mode(config, cloud)
    resolver = Resolver(configuration_lookup(config, report, _SNAPSHOT_PATHS if _in_snapshot(config) else ()), report)
    process_static_resources(config, roots, cloud, resolver, report)
    process_python_resources(config, roots, cloud, resolver, report)
    set_volume_paths(config)
    Resolver(volume_path_lookup(config), report).resolve(config)
    drop_empty_text(config)
    translate_paths(config, roots, report)
    prepare_artifacts(config, roots.bundle, report)
    annotate(config)


def _in_snapshot(config: Map) -> bool:
    return bool(get(config, "experimental", "immutable_folder"))


def _resolve_sections(config: Map, report: Report) -> None:
    """Replace references everywhere but in resources; a value may have another type then, so it is converted once more."""
    resources = config.drop("resources")
    Resolver(configuration_lookup(config, report), report).resolve(config)
    resolved = normalise(config, ROOT, report)
    config.clear()
    config.take(resolved)
    if wrong := list(check_resolved_shapes(config)):
        raise Failure(*wrong)
    if resources is not None:
        config["resources"] = resources


def _set_git(config: Map, repository: Repository, root: Path, sync_root: Path) -> None:
    git = section(config, "bundle", "git")
    known = {
        "actual_branch": repository.branch,
        "branch": git.get("branch") or repository.branch,
        "commit": git.get("commit") or repository.commit,
        "origin_url": git.get("origin_url") or repository.origin_url,
        "bundle_root_path": os.path.relpath(root, repository.worktree or sync_root),
    }
    git.update({key: value for key, value in known.items() if value})
