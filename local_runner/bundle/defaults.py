"""The values that a resource has where nobody sets them.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/resource_mutator.go.
"""

from __future__ import annotations

from local_runner.bundle.tree import Map, copy, each
from local_runner.bundle.workspace import join

_DEFAULTS: dict[str, object] = {
    "dashboards.*.embed_credentials": False,
    "volumes.*.volume_type": "MANAGED",
    "jobs.*.name": "Untitled",
    "jobs.*.max_concurrent_runs": 1,
    "jobs.*.schedule.pause_status": "UNPAUSED",
    "jobs.*.trigger.pause_status": "UNPAUSED",
    "jobs.*.continuous.pause_status": "UNPAUSED",
    "jobs.*.queue": Map({"enabled": True}),
    "jobs.*.job_clusters[*].new_cluster.workload_type.clients.notebooks": True,
    "jobs.*.job_clusters[*].new_cluster.workload_type.clients.jobs": True,
    "pipelines.*.edition": "ADVANCED",
    "pipelines.*.channel": "CURRENT",
    "sql_warehouses.*.auto_stop_mins": 120,
    "sql_warehouses.*.enable_photon": True,
    "sql_warehouses.*.max_num_clusters": 1,
    "sql_warehouses.*.spot_instance_policy": "COST_OPTIMIZED",
    "apps.*.description": "",
    "clusters.*.autotermination_minutes": 60,
    "clusters.*.workload_type.clients.notebooks": True,
    "clusters.*.workload_type.clients.jobs": True,
}

_IN_RESOURCE_PATH = ("dashboards.*.parent_path", "genie_spaces.*.parent_path", "alerts.*.parent_path")


def set_defaults(resources: Map, resource_path: str) -> None:
    """Set what is missing, in place; `resource_path` is the workspace folder for dashboards and their like."""
    for pattern in _IN_RESOURCE_PATH:
        _set(resources, pattern, resource_path)
    for pattern, value in _DEFAULTS.items():
        _set(resources, pattern, value)
    for kind in ("dashboards", "genie_spaces"):
        for _, item, key in each(resources, f"{kind}.*.parent_path"):
            if item[key] != "/Workspace" and not item[key].startswith("/Workspace/"):
                item[key] = join("/Workspace", item[key])


def _set(resources: Map, pattern: str, value: object) -> None:
    for _, owner, key in each(resources, pattern):
        if key not in owner:
            owner[key] = copy(value)
