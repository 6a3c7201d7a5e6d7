"""Two resources with one key, or with one name in the workspace, and two tasks of a job with one key."""

from collections import defaultdict
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import get
from local_runner.diagnostics import Diagnostic
from scripts.checks.walk import resources

# What tells two resources of a kind apart in a workspace.
_IDENTITIES: dict[str, tuple[str, ...]] = {
    "alerts": ("display_name",),
    "apps": ("name",),
    "catalogs": ("name",),
    "cluster_policies": ("name",),
    "clusters": ("cluster_name",),
    "dashboards": ("parent_path", "display_name"),
    "database_instances": ("name",),
    "experiments": ("name",),
    "external_locations": ("name",),
    "genie_spaces": ("parent_path", "title"),
    "jobs": ("name",),
    "model_serving_endpoints": ("name",),
    "models": ("name",),
    "pipelines": ("name",),
    "registered_models": ("catalog_name", "schema_name", "name"),
    "schemas": ("catalog_name", "name"),
    "secret_scopes": ("name",),
    "sql_warehouses": ("name",),
    "volumes": ("catalog_name", "schema_name", "name"),
}


def shared_keys(bundle: ResolvedBundle) -> list[Diagnostic]:
    """One key in two kinds of resources, which `bundle run KEY` cannot tell apart.

    Where both are written in YAML, resolving the bundle finds it: here at least one is written in Python.
    """
    kinds = defaultdict(list)
    for kind, found in (get(bundle.config, "resources") or {}).items():
        for key in found if isinstance(found, dict) else ():
            kinds[key].append(kind)
    diagnostics = []
    for key, [first, *others] in kinds.items():
        for other in others:
            places = [bundle.location("resources", kind, key) for kind in (first, other)]
            if any(place and place.file.endswith(".py") for place in places):
                summary = f"{first} and {other} both have the key {key}"
                diagnostics.append(Diagnostic(summary, "Give each a key of its own.", max(filter(None, places))))
    return diagnostics


def shared_display_names(bundle: ResolvedBundle) -> list[Diagnostic]:
    """Two resources of a kind that a workspace shows under one name, or takes for the same."""
    found = []
    for kind, fields in _IDENTITIES.items():
        first: dict[tuple[Any, ...], str] = {}
        for key, resource in resources(bundle, kind).items():
            identity = tuple(resource.get(field) for field in fields)
            if not isinstance(identity[-1], str) or not identity[-1]:
                continue
            other = first.setdefault(identity, key)
            if other != key:
                summary = f"{kind} {other} and {key} have the same {fields[-1]}"
                at = bundle.location("resources", kind, key, fields[-1])
                found.append(Diagnostic(summary, f"Give {key} a {fields[-1]} of its own.", at))
    return found


def shared_task_keys(bundle: ResolvedBundle) -> list[Diagnostic]:
    """Two tasks of a job with one key. A target may lay its tasks over those of a job: that is none.

    The Databricks CLI makes one task of the two, and says nothing.

    Source: Databricks CLI, bundle/config/mutator/resourcemutator/merge_job_tasks.go.
    """
    found = []
    for task in bundle.report.repeated_tasks:
        summary = f"two tasks of job {task.job} have the key {task.key}: a deployment makes one task of them"
        at = task.again or bundle.location("resources", "jobs", task.job)
        detail = f"also at {task.first.relative_to(bundle.root)}" if task.first else ""
        found.append(Diagnostic(summary, "Give each a task_key of its own.", at, detail=detail))
    return found
