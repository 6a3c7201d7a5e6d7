"""What is wrong with a bundle once it is resolved.

Source: Databricks CLI, bundle/config/validate/*.go, bundle/apps/validate.go and
bundle/config/mutator/resourcemutator/validate_target_mode.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from local_runner.bundle.identity import is_service_principal
from local_runner.bundle.sections import WORKSPACE_PATHS
from local_runner.bundle.tree import Map, each, get, show
from local_runner.diagnostics import Diagnostic, Severity

_COMPUTE = ("job_cluster_key", "environment_key", "existing_cluster_id", "new_cluster")
_NEEDS_COMPUTE = ("python_wheel_task", "dbt_task", "spark_jar_task", "spark_submit_task", "spark_python_task")
_SINGLE_NODE = {
    ("spark_conf", "spark.databricks.cluster.profile"): "singleNode",
    ("spark_conf", "spark.master"): "local",
    ("custom_tags", "ResourceClass"): "SingleNode",
}


def validate(config: Map, target: Map) -> Iterator[Diagnostic]:
    """Errors and warnings for a resolved configuration; `target` is the chosen target as it is written."""
    yield from _check_mode(config, target)
    yield from _check_required(config)
    yield from _check_tasks(config)
    yield from _check_clusters(config)
    yield from _check_apps(config)


def check_volumes(config: Map) -> Iterator[Diagnostic]:
    """Errors for workspace paths on a volume, where only artifacts may go."""
    workspace = config["workspace"]
    for key in WORKSPACE_PATHS:
        at = workspace.where.get(key)
        if workspace[key].startswith("/Volumes/") and key != "artifact_path":
            remedy = "Use a path under /Workspace; only workspace.artifact_path may be on a volume."
            yield Diagnostic(f"workspace.{key} is on a volume: {workspace[key]}", remedy, at)
            if key == "root_path":
                return
        elif workspace[key].startswith("/Volumes/") and not all((*workspace[key].split("/"), "", "", "")[2:5]):
            yield Diagnostic(f"workspace.{key} names no volume", "Write /Volumes/<catalog>/<schema>/<volume>.", at)


def _check_mode(config: Map, target: Map) -> Iterator[Diagnostic]:
    mode = get(config, "bundle", "mode")
    if mode == "development":
        yield from _check_development(config)
    elif mode == "production":
        yield from _check_production(config, target)
    elif mode:
        at = config["bundle"].where.get("mode")
        yield Diagnostic(f"unsupported mode {mode!r}", "Use development or production.", at)


def _check_development(config: Map) -> Iterator[Diagnostic]:
    presets, workspace = config["presets"], config["workspace"]
    user = workspace["current_user"]
    if presets.get("trigger_pause_status") == "UNPAUSED":
        remedy = "Remove the preset: in development, triggers are paused unless a resource says otherwise."
        at = presets.where.get("trigger_pause_status")
        yield Diagnostic("`mode: development` cannot unpause triggers by default", remedy, at)
    for key in WORKSPACE_PATHS:
        if user["userName"] not in workspace[key] and user["short_name"] not in workspace[key]:
            remedy = "Start it with ~/, or add ${workspace.current_user.short_name}, to give each developer a place."
            yield Diagnostic(f"workspace.{key} does not contain the current user", remedy, workspace.where.get(key))
            break
    prefix = presets["name_prefix"]
    if not any(user[name] and user[name] in prefix for name in ("userName", "short_name", "domain_friendly_name")):
        remedy = "Add ${workspace.current_user.short_name}: each developer needs names of their own."
        yield Diagnostic("presets.name_prefix does not contain the current user", remedy, presets.where.get("name_prefix"))


def _check_production(config: Map, target: Map) -> Iterator[Diagnostic]:
    for path, pipeline, _ in each(config, "resources.pipelines.*.development"):
        if pipeline.get("development"):
            remedy = "Remove `development: true`, or set it in the development target."
            at = pipeline.where.get("development")
            yield Diagnostic(f"{show(path[:-1])} is in development mode in a production target", remedy, at)
            return
    if not get(target, "workspace", "root_path"):
        jobs = (get(config, "resources", "jobs") or {}).values()
        user = config["workspace"]["current_user"]["userName"]
        mild = all(job.get("run_as") for job in jobs) or is_service_principal(user)
        severity = Severity.WARNING if mild else Severity.ERROR
        remedy = "Set workspace.root_path in the target, so that only one copy is deployed."
        yield Diagnostic("a production target has no root_path", remedy, config["bundle"].where.get("mode"), severity)


def _check_required(config: Map) -> Iterator[Diagnostic]:
    for kind, fields in (("dashboards", ("display_name", "warehouse_id")), ("sql_warehouses", ("name",))):
        for path, owner, key in each(config, f"resources.{kind}.*"):
            for field in fields:
                if not (owner[key].get(field) or "").strip():
                    yield Diagnostic(f"{show(path)} has no {field}", f"Set {field}.", owner.where.get(key))
    for path, owner, index in each(config, "resources.*.*.grants[*]"):
        for field in ("principal", "privileges"):
            if not get(owner[index], field):
                yield Diagnostic(f"{show(path)} has no {field}", f"Set {field}.", owner.place(index))
    for path, owner, index in each(config, "resources.secret_scopes.*.permissions[*]"):
        if not any(get(owner[index], field) for field in ("user_name", "group_name", "service_principal_name")):
            remedy = "Set user_name, group_name or service_principal_name."
            yield Diagnostic(f"{show(path)} names nobody", remedy, owner.place(index))


def _check_tasks(config: Map) -> Iterator[Diagnostic]:
    for _, owner, key in each(config, "resources.jobs.*"):
        job = owner[key]
        clusters = {get(cluster, "job_cluster_key") for cluster in job.get("job_clusters") or ()}
        inner = [*each(job, "tasks[*]"), *each(job, "tasks[*].for_each_task.task")]
        for path, container, step in inner:
            task = container.get(step) if isinstance(container, dict) else container[step]
            if not isinstance(task, Map):
                continue
            where = show(("resources", "jobs", key, *path))
            cluster = task.get("job_cluster_key")
            if cluster and cluster not in clusters:
                at = task.where.get("job_cluster_key")
                remedy = "Define it under job_clusters."
                yield Diagnostic(f"{where}: no job cluster {cluster}", remedy, at, Severity.WARNING)
            if any(task.get(kind) is not None for kind in _NEEDS_COMPUTE) and all(
                task.get(field) in (None, "") for field in _COMPUTE
            ):
                at = next(iter(task.where.values()), None)
                yield Diagnostic(f"{where} has no compute", f"Set one of {', '.join(_COMPUTE)}.", at)


def _check_clusters(config: Map) -> Iterator[Diagnostic]:
    patterns = (
        "clusters.*",
        "jobs.*.job_clusters[*].new_cluster",
        "jobs.*.tasks[*].new_cluster",
        "jobs.*.tasks[*].for_each_task.task.new_cluster",
        "pipelines.*.clusters[*]",
    )
    for pattern in patterns:
        for path, owner, key in each(config, f"resources.{pattern}"):
            cluster = owner.get(key) if isinstance(owner, dict) else owner[key]
            if isinstance(cluster, Map) and _is_wrong_single_node(cluster):
                remedy = "Set is_single_node: true, or one worker or more."
                at = cluster.where.get("num_workers")
                yield Diagnostic(f"{show(path)} has no workers and is not single-node", remedy, at, Severity.WARNING)


def _is_wrong_single_node(cluster: Map) -> bool:
    # Only where it is written: job clusters get `num_workers: 0` by default.
    if cluster.get("num_workers") != 0 or "num_workers" not in cluster.where:
        return False
    if cluster.get("is_single_node") or cluster.get("policy_id"):
        return False
    return not all(str(get(cluster, *path) or "").startswith(value) for path, value in _SINGLE_NODE.items())


def _check_apps(config: Map) -> Iterator[Diagnostic]:
    apps = get(config, "resources", "apps") or Map()
    sources: dict[str, str] = {}
    for key, app in apps.items():
        source, at = app.get("source_code_path"), apps.where.get(key)
        if bool(source) == bool(app.get("git_source")):
            summary = f"app {key} has {'both' if source else 'neither'} source_code_path and git_source"
            yield Diagnostic(summary, "Set one of the two.", at)
        elif source in sources:
            at = app.where.get("source_code_path")
            summary = f"apps {sources[source]} and {key} have the same source"
            yield Diagnostic(summary, "Give each app a folder of its own.", at)
        elif source:
            sources[source] = key
