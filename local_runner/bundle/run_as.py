"""The identity that jobs, pipelines and alerts run as: `run_as`.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/run_as.go.
"""

from __future__ import annotations

from local_runner.bundle.tree import List, Map, get
from local_runner.diagnostics import Diagnostic, Failure, Severity, fail

_IDENTITIES = ("service_principal_name", "user_name")
_KINDS = ("jobs", "pipelines", "alerts")
_UNSUPPORTED = ("model_serving_endpoints", "quality_monitors", "apps")


def apply_run_as(resources: Map, config: Map, user: str, report: list[Diagnostic]) -> None:
    """Give the bundle's `run_as` to each resource that has none. Raises Failure where it is not allowed."""
    if "run_as" not in config:
        return
    at = config.where.get("run_as")
    run_as = config["run_as"] or Map()
    identity = {field: run_as[field] for field in _IDENTITIES if run_as.get(field)}
    if get(config, "experimental", "use_legacy_run_as"):
        place = config["experimental"].where.get("use_legacy_run_as")
        remedy = "Remove experimental.use_legacy_run_as: pipelines take run_as themselves."
        report.append(Diagnostic("the legacy mode of run_as is in use", remedy, place, Severity.WARNING))
        _own_pipelines(resources, identity, user)
        _set(resources, ("jobs",), identity)
        return
    if not identity:
        raise fail("run_as names nobody", "Set service_principal_name or user_name.", at)
    if len(identity) > 1:
        raise fail("run_as names both a user and a service principal", "Keep one of the two.", at)
    if user not in identity.values():
        _refuse_unsupported(resources, next(iter(identity.values())), user)
    _set(resources, _KINDS, identity)


def _set(resources: Map, kinds: tuple[str, ...], identity: dict[str, str]) -> None:
    for kind in kinds:
        for item in (resources.get(kind) or {}).values():
            if not item.get("run_as"):
                item["run_as"] = Map(identity)


def _refuse_unsupported(resources: Map, identity: str, user: str) -> None:
    remedy = f"Deploy as {identity}, or remove run_as from this target."
    refused = [(kind, resources.where.get(kind)) for kind in _UNSUPPORTED if resources.get(kind)]
    dashboards = resources.get("dashboards") or Map()
    for key, dashboard in dashboards.items():
        if dashboard.get("embed_credentials"):
            refused.append(("dashboards with embed_credentials", dashboards.where.get(key)))
    if refused:
        summary = f"cannot run as {identity}: their owner is {user}"
        raise Failure(*(Diagnostic(f"{kind} {summary}", remedy, at) for kind, at in refused))


def _own_pipelines(resources: Map, identity: dict[str, str], user: str) -> None:
    if user in identity.values():
        return
    for pipeline in (resources.get("pipelines") or {}).values():
        others = [p for p in pipeline.get("permissions") or () if isinstance(p, Map) and not identity.items() <= p.items()]
        pipeline["permissions"] = List([*others, Map({"level": "IS_OWNER", **identity})])
