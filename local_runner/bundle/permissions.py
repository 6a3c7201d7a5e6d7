"""The bundle's permissions on each resource, in the words of its kind, and the deployer's own.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/{apply_bundle_permissions,fix_permissions}.go and
bundle/config/resources/permission.go.
"""

from __future__ import annotations

from typing import Any

from local_runner.bundle.identity import is_service_principal
from local_runner.bundle.tree import List, Map, get
from local_runner.diagnostics import Diagnostic, Severity, fail

_PRINCIPALS = ("user_name", "service_principal_name", "group_name")


def _levels(view: str, run: str = "", manage: str = "CAN_MANAGE") -> dict[str, str]:
    return {"CAN_MANAGE": manage, "CAN_VIEW": view, **({"CAN_RUN": run} if run else {})}


# A bundle's level -> the level of each kind; a level that is missing does not apply to the kind.
_LEVELS = {
    "jobs": _levels("CAN_VIEW", "CAN_MANAGE_RUN"),
    "pipelines": _levels("CAN_VIEW", "CAN_RUN"),
    "experiments": _levels("CAN_READ"),
    "models": _levels("CAN_READ"),
    "model_serving_endpoints": _levels("CAN_VIEW", "CAN_QUERY"),
    "dashboards": _levels("CAN_READ"),
    "genie_spaces": _levels("CAN_READ"),
    "apps": _levels("CAN_USE"),
    "secret_scopes": _levels("READ", manage="MANAGE"),
    "alerts": _levels("CAN_READ", "CAN_RUN"),
    "sql_warehouses": _levels("CAN_VIEW", "CAN_MONITOR"),
    "database_instances": _levels("CAN_USE"),
    "postgres_projects": _levels("CAN_USE"),
    "clusters": _levels("CAN_ATTACH_TO", "CAN_RESTART"),
    "vector_search_endpoints": _levels("CAN_USE"),
    "instance_pools": _levels("CAN_ATTACH_TO"),
}
_BUNDLE_LEVELS = ("CAN_MANAGE", "CAN_VIEW", "CAN_RUN")
_OWNED = ("jobs", "pipelines", "sql_warehouses")

# From weakest to strongest.
_ORDER = (
    "CAN_VIEW",
    "CAN_READ",
    "CAN_VIEW_METADATA",
    "CAN_RUN",
    "CAN_QUERY",
    "CAN_USE",
    "CAN_EDIT",
    "CAN_EDIT_METADATA",
    "CAN_CREATE",
    "CAN_ATTACH_TO",
    "CAN_RESTART",
    "CAN_MONITOR",
    "CAN_MANAGE_RUN",
    "CAN_MANAGE_STAGING_VERSIONS",
    "CAN_MANAGE_PRODUCTION_VERSIONS",
    "CAN_MANAGE",
    "IS_OWNER",
)


def apply_bundle_permissions(resources: Map, config: Map, report: list[Diagnostic]) -> None:
    """Add the bundle's permissions to each resource that has levels, unless it names the principal itself."""
    granted = config.get("permissions") or List()
    for index, permission in enumerate(granted):
        if permission.get("level") not in _BUNDLE_LEVELS:
            remedy = f"Use one of {', '.join(_BUNDLE_LEVELS)}."
            raise fail(f"invalid permission level: {permission.get('level')}", remedy, granted.place(index))
    for kind, levels in _LEVELS.items():
        for key, item in _each(resources, kind):
            own = item.get("permissions") or List()
            if not isinstance(own, List):
                own = List()
            added = [
                Map({"level": levels[permission["level"]], **_principal(permission)})
                for permission in granted
                if permission["level"] in levels and not _overlaps(permission, own, f"resources.{kind}.{key}", report)
            ]
            item.drop("permissions")
            if own or added:
                item["permissions"] = List([*own, *added], [own.place(i) for i in range(len(own))])


def add_deployer(resources: Map, user: str) -> None:
    """Make `user` the owner, or a manager, of each resource with permissions; keep one level a principal."""
    for kind in resources:
        for _, item in _each(resources, kind):
            own = item.get("permissions")
            if isinstance(own, List) and kind != "secret_scopes":
                entries = [entry for entry in own if isinstance(entry, Map)]
                item["permissions"] = _strongest(_with_manager(entries, user, kind in _OWNED))


def _each(resources: Map, kind: str) -> list[tuple[str, Map]]:
    return [(key, item) for key, item in (resources.get(kind) or {}).items() if isinstance(item, Map)]


def _principal(permission: Map) -> dict[str, Any]:
    return {field: permission[field] for field in _PRINCIPALS if permission.get(field)}


def _overlaps(permission: Map, own: List, owner: str, report: list[Diagnostic]) -> bool:
    found = False
    for index, other in enumerate(own):
        for field in _PRINCIPALS:
            if permission.get(field) and permission[field] == get(other, field):
                summary = f"{owner} already has a permission for {permission[field]}"
                remedy = "It counts there, the bundle's permission does not. Remove one of the two."
                report.append(Diagnostic(summary, remedy, own.place(index), Severity.WARNING))
                found = True
    return found


def _with_manager(permissions: list[Map], user: str, can_own: bool) -> list[Map]:
    field = "service_principal_name" if is_service_principal(user) else "user_name"
    owned = any(permission.get("level") == "IS_OWNER" for permission in permissions)
    mine = [p for p in permissions if user in (p.get("user_name") or p.get("service_principal_name"),)]
    if any(permission.get("level") == "IS_OWNER" for permission in mine):
        return permissions
    managing = [permission for permission in mine if permission.get("level") == "CAN_MANAGE"]
    if can_own and not owned:
        if not managing:
            return [*permissions, Map({"level": "IS_OWNER", field: user})]
        return [Map({**p, "level": "IS_OWNER"}) if p is managing[-1] else p for p in permissions]
    return [*permissions] if managing else [*permissions, Map({"level": "CAN_MANAGE", field: user})]


def _strongest(permissions: list[Map]) -> List:
    levels: dict[tuple[str, str], str] = {}
    for permission in permissions:
        principal = next(iter(_principal(permission).items()), None)
        if principal and permission.get("level"):
            levels[principal] = max(levels.get(principal, ""), permission["level"], key=_rank)
    return List([Map({"level": level, field: name}) for (field, name), level in levels.items()])


def _rank(level: str) -> tuple[int, str]:
    """The place of `level` in the order; a level not known there ranks as the longest known one it starts with."""
    if level in _ORDER:
        return _ORDER.index(level), level
    known = [name for name in _ORDER if level.startswith(name)]
    return (_ORDER.index(max(known, key=len)) if known else -1), level
