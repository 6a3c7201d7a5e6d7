"""What a reference stands for: a path of the configuration, or of a known field that is not set.

Source: Databricks CLI, bundle/config/mutator/resolve_variable_references.go.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import Any

from local_runner.bundle.references import Lookup, Missing, Skip, is_pure, parse
from local_runner.bundle.report import Report
from local_runner.bundle.schema import MapOf, Scalar, Struct, Type, concrete, zero
from local_runner.bundle.sections import ROOT
from local_runner.bundle.tree import Map, Path, get, has, show
from local_runner.bundle.variables import names_without_value

PREFIXES = ("bundle", "workspace", "variables")


def configuration_lookup(config: Map, report: Report, later: Collection[Path] = ()) -> Lookup:
    """Looks up `bundle`, `workspace` and variables in `config`; all else, and the paths `later`, is left to a deployment.

    What a file that `report` knows as unread may define stays a reference, too.
    """
    unknown = names_without_value(config)

    def lookup(path: Path) -> Any:
        full = ("variables", path[1], "value", *path[2:]) if path[0] == "var" and len(path) > 1 else path
        if full[0] not in PREFIXES or full in later:
            raise Skip
        if full[0] == "variables" and len(full) > 2 and full[1] in unknown and full[2] == "value":
            raise Skip
        try:
            return _find(config, full)
        except _NoStep as missing:
            if report.may_define(full[missing.index]):
                raise Skip from None
            at = missing.index - (len(full) - len(path) if missing.index > 1 else 0)
            close = difflib.get_close_matches(str(full[missing.index]), missing.known, n=2)
            raise Missing(show((*path[:at], name, *path[at + 1 :])) for name in close) from None

    return lookup


class _NoStep(Exception):
    def __init__(self, index: int, known: list[str]) -> None:
        super().__init__()
        self.index = index
        self.known = known


def _find(value: Any, path: Path) -> Any:
    type_: Type = ROOT
    for index, step in enumerate(path):
        known = concrete(type_)
        type_ = _inner(known, step)
        if has(value, step):
            value = value[step]
        elif isinstance(value, str) and is_pure(value):
            # The value is elsewhere: go on there.
            return f"${{{show((*parse(value[2:-1]), *path[index:]))}}}"
        elif isinstance(known, Struct) and step in known.fields and type_ is not Scalar.ANY:
            value = zero(type_)
        else:
            fields = known.fields if isinstance(known, Struct) else {}
            names = [*value] if isinstance(value, dict) else []
            raise _NoStep(index, [*names, *(name for name in fields if name not in names)])
    return value


def _inner(type_: Type, step: str | int) -> Type:
    if isinstance(type_, Struct):
        return type_.fields.get(str(step), Scalar.ANY)
    return type_.value if isinstance(type_, MapOf) else Scalar.ANY


def volume_path_lookup(config: Map) -> Lookup:
    """Looks up the paths of the bundle's volumes, which are known before a deployment."""

    def lookup(path: Path) -> Any:
        if len(path) != 4 or path[:2] != ("resources", "volumes") or path[3] != "volume_path":
            raise Skip
        volumes = get(config, "resources", "volumes") or {}
        if path[2] not in volumes:
            close = difflib.get_close_matches(str(path[2]), volumes, n=2)
            raise Missing(show((*path[:2], name, path[3])) for name in close)
        return volumes[path[2]]["volume_path"]

    return lookup


def resource_lookup(config: Map) -> Lookup:
    """Looks up the settings of the bundle's resources, as a deployment does; what only a workspace knows is left to it."""

    def lookup(path: Path) -> Any:
        value = get(config, *path) if path[0] == "resources" else None
        if value is None or isinstance(value, dict | list):
            raise Skip
        return value

    return lookup
