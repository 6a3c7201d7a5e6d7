"""Serverless work that also names a cluster."""

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic
from scripts.checks.walk import resources, tasks

_CLUSTERS = ("new_cluster", "existing_cluster_id", "job_cluster_key")


def serverless_with_cluster(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A task with an environment, which makes it serverless, or a serverless pipeline, that also names a cluster."""
    found = []
    for key in resources(bundle, "jobs"):
        for path, task in tasks(bundle, key):
            for cluster in _CLUSTERS if task.get("environment_key") else ():
                if task.get(cluster):
                    summary = (
                        f"task {task.get('task_key')} of job {key} is serverless, by environment_key, and has {cluster}"
                    )

                    remedy = f"Keep one: environment_key to run serverless, {cluster} to run on the cluster."
                    found.append(Diagnostic(summary, remedy, bundle.location(*path, cluster)))
    for key, pipeline in resources(bundle, "pipelines").items():
        if pipeline.get("serverless") is True and pipeline.get("clusters"):
            remedy = "Remove clusters, or set serverless to false."
            at = bundle.location("resources", "pipelines", key, "clusters")
            found.append(Diagnostic(f"pipeline {key} is serverless and has clusters", remedy, at))
    return found
