"""Clusters: settings that exclude each other, and one cluster in place of all.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/{cluster_fixups,override_compute}.go.
"""

from __future__ import annotations

import os

from local_runner.bundle.tree import Map, each, get

_OF_THE_POOL = ("enable_elastic_disk", "node_type_id", "driver_node_type_id")
_CLOUD_ATTRIBUTES = {
    "aws_attributes": "instance_profile_arn",
    "azure_attributes": None,
    "gcp_attributes": "google_service_account",
}


def fix_clusters(resources: Map) -> None:
    """Drop from each cluster what its instance pool decides; give job clusters their number of workers."""
    for _, owner, key in each(resources, "jobs.*.tasks[*].new_cluster"):
        _fix(owner.get(key))
    for _, owner, key in each(resources, "jobs.*.job_clusters[*].new_cluster"):
        cluster = owner.get(key)
        _fix(cluster)
        if isinstance(cluster, Map) and not cluster.get("autoscale"):
            cluster.setdefault("num_workers", 0)
    for cluster in (resources.get("clusters") or {}).values():
        _fix(cluster)


def override_compute(resources: Map, config: Map) -> None:
    """Run every task that has compute on `bundle.cluster_id`, where that is set."""
    bundle = config["bundle"]
    if bundle.get("mode") == "development" and os.environ.get("DATABRICKS_CLUSTER_ID"):
        bundle["cluster_id"] = os.environ["DATABRICKS_CLUSTER_ID"]
    cluster = bundle.get("cluster_id")
    if not cluster:
        return
    for job in (resources.get("jobs") or {}).values():
        for task in job.get("tasks") or ():
            inner = get(task, "for_each_task", "task") or task
            if any(inner.get(key) for key in ("new_cluster", "existing_cluster_id", "environment_key", "job_cluster_key")):
                for key in ("new_cluster", "job_cluster_key", "environment_key"):
                    inner.drop(key)
                inner["existing_cluster_id"] = cluster


def _fix(cluster: object) -> None:
    if not isinstance(cluster, Map):
        return
    if not cluster.get("instance_pool_id"):
        cluster.drop("driver_instance_pool_id")
        return
    for attributes, kept in _CLOUD_ATTRIBUTES.items():
        if isinstance(cluster.get(attributes), Map):
            own = cluster[attributes]
            cluster[attributes] = Map({kept: own[kept]} if kept and own.get(kept) else {})
    for field in _OF_THE_POOL:
        cluster.drop(field)
