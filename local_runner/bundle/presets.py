"""Modes and presets: what a target changes on every resource.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/{apply_target_mode,apply_presets}.go.
"""

from __future__ import annotations

import posixpath
from typing import Any

from local_runner.bundle.identity import identifier
from local_runner.bundle.tags import Cloud
from local_runner.bundle.tree import List, Map, get, section
from local_runner.diagnostics import Diagnostic, Severity

DEVELOPMENT_RUNS = 4


def refuse_source_links(config: Map, report: list[Diagnostic]) -> None:
    """Turn off the preset that only works in a workspace (apply_source_linked_deployment_preset.go)."""
    presets = config.get("presets") or Map()
    if presets.get("source_linked_deployment"):
        at = presets.where.get("source_linked_deployment")
        remedy = "Files are taken for uploaded. Remove the preset, or resolve in a workspace."
        report.append(Diagnostic("source_linked_deployment only works in a workspace", remedy, at, Severity.WARNING))
        presets["source_linked_deployment"] = False


def apply_mode(config: Map, cloud: Cloud) -> None:
    """Give the presets the values that `mode: development` implies, where they are not set."""
    if get(config, "bundle", "mode") != "development":
        return
    lock = section(config, "bundle", "deployment", "lock")
    if lock.get("enabled") is not True:
        lock["enabled"] = False
    presets = section(config, "presets")
    short_name = config["workspace"]["current_user"]["short_name"]
    presets["name_prefix"] = presets.get("name_prefix") or f"[dev {short_name}] "
    section(presets, "tags").setdefault("dev", cloud.normalise_value(short_name))
    presets["jobs_max_concurrent_runs"] = presets.get("jobs_max_concurrent_runs") or DEVELOPMENT_RUNS
    presets["trigger_pause_status"] = presets.get("trigger_pause_status") or "PAUSED"
    if presets.get("pipelines_development") is not False:
        presets["pipelines_development"] = True


def apply_presets(resources: Map, config: Map, cloud: Cloud, report: list[Diagnostic]) -> None:
    """Prefix names, add tags, limit runs, pause triggers: kind by kind, as each kind allows."""
    presets = config.get("presets") or Map()
    pause = presets.get("trigger_pause_status") or ""
    if pause not in ("", "PAUSED", "UNPAUSED"):
        at = presets.where.get("trigger_pause_status")
        report.append(Diagnostic(f"trigger_pause_status is {pause!r}", "Set it to PAUSED or UNPAUSED.", at))
    prefix = presets.get("name_prefix") or ""
    tags = dict(sorted((presets.get("tags") or {}).items()))
    for job in _each(resources, "jobs"):
        _prefix(job, "name", prefix)
        _add_tags(job, "tags", tags)
        if not job.get("max_concurrent_runs") and presets.get("jobs_max_concurrent_runs"):
            job["max_concurrent_runs"] = presets["jobs_max_concurrent_runs"]
        for trigger in ("schedule", "continuous", "trigger"):
            if pause and isinstance(job.get(trigger), dict) and not job[trigger].get("pause_status"):
                job[trigger]["pause_status"] = "UNPAUSED" if pause == "UNPAUSED" else "PAUSED"
    for pipeline in _each(resources, "pipelines"):
        _prefix(pipeline, "name", prefix)
        if presets.get("pipelines_development"):
            pipeline["development"] = True
        if pause == "PAUSED" and pipeline.get("continuous"):
            pipeline.drop("continuous")
        _add_tags(pipeline, "tags", tags)
    for kind in ("models", "experiments"):
        for item in _each(resources, kind):
            _prefix_experiment(item, prefix) if kind == "experiments" else _prefix(item, "name", prefix)
            _add_tag_pairs(item, "tags", tags)
    for kind in ("model_serving_endpoints", "registered_models"):
        for item in _each(resources, kind):
            _prefix(item, "name", _as_identifier(prefix))
    if not get(config, "experimental", "skip_name_prefix_for_schema"):
        for schema in _each(resources, "schemas"):
            _prefix(schema, "name", _as_identifier(prefix))
    for monitor in _each(resources, "quality_monitors"):
        if pause == "PAUSED" and get(monitor, "schedule", "pause_status") != "UNPAUSED":
            monitor.drop("schedule")
    cloud_tags = {cloud.normalise_key(key): cloud.normalise_value(value) for key, value in tags.items()}
    for kind, name in (("clusters", "cluster_name"), ("instance_pools", "instance_pool_name")):
        for item in _each(resources, kind):
            _prefix(item, name, prefix)
            _add_tags(item, "custom_tags", cloud_tags, even_empty=False)
    for kind, name in (("dashboards", "display_name"), ("genie_spaces", "title"), ("alerts", "display_name")):
        for item in _each(resources, kind):
            _prefix(item, name, prefix)
    for alert in _each(resources, "alerts"):
        schedule = alert.get("schedule") or {}
        if pause and schedule.get("quartz_cron_schedule") and not schedule.get("pause_status"):
            schedule["pause_status"] = "UNPAUSED" if pause == "UNPAUSED" else "PAUSED"
    for warehouse in _each(resources, "sql_warehouses"):
        _prefix(warehouse, "name", prefix)
        if tags:
            _add_tag_pairs(section(warehouse, "tags"), "custom_tags", cloud_tags)


def _each(resources: Map, kind: str) -> list[Map]:
    return [item for item in (resources.get(kind) or {}).values() if isinstance(item, Map)]


def _prefix(item: Map, field: str, prefix: str) -> None:
    name = prefix + (item.get(field) or "")
    if name:
        item[field] = name


def _prefix_experiment(item: Map, prefix: str) -> None:
    """An experiment's name is a path: its last part takes the prefix."""
    folder, _, name = (item.get("name") or ".").rpartition("/")
    item["name"] = f"{posixpath.normpath(folder)}/{prefix}{name}" if folder else prefix + name


def _as_identifier(prefix: str) -> str:
    """`[dev ann] ` as `dev_ann_`, for names that allow no more than letters, digits and underscores."""
    stripped = prefix.replace("[", "").strip(" ")
    return identifier(stripped) + ("_" if stripped.endswith("]") else "")


def _add_tags(item: Map, field: str, tags: dict[str, str], even_empty: bool = True) -> None:
    if not tags or isinstance(item.get(field), str):
        return
    own = section(item, field)
    for key, value in tags.items():
        if key not in own or (even_empty and own[key] == ""):
            own[key] = value


def _add_tag_pairs(item: Map, field: str, tags: dict[str, str]) -> None:
    own: List = item.get(field) or List()
    known = {get(pair, "key") for pair in own}
    added: list[Any] = [Map({"key": key, "value": value}) for key, value in tags.items() if key not in known]
    if added:
        item[field] = List([*own, *added], [own.place(i) for i in range(len(own))])
