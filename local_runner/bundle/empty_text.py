"""Empty strings left out of resources, wherever a field may be missing.

Source: Databricks CLI, bundle/config/mutator/drop_empty_strings.go.
"""

from __future__ import annotations

from typing import Any

from local_runner.bundle.schema import ListOf, MapOf, Scalar, Struct, Type, concrete
from local_runner.bundle.sections import RESOURCES
from local_runner.bundle.tree import Map

# Required by the API, though the class has a default for it.
_SENT_EMPTY = ("volume_type",)


def drop_empty_text(config: Map) -> None:
    """Drop each empty string that is the value of an optional field; an app keeps its empty description."""
    for kind, items in (config.get("resources") or {}).items():
        for item in (items or {}).values():
            if _has_empty_text(item):
                _drop(item, concrete(RESOURCES).fields[kind].value)
            if kind == "apps":
                item.setdefault("description", "")


def _has_empty_text(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_empty_text, value.values()))
    return any(map(_has_empty_text, value)) if isinstance(value, list) else value == ""


def _drop(value: Any, type_: Type) -> None:
    type_ = concrete(type_)
    if isinstance(type_, Struct) and isinstance(value, Map):
        for key in list(value):
            if value[key] == "" and key not in (*type_.required, *_SENT_EMPTY):
                value.drop(key)
            else:
                _drop(value[key], type_.fields.get(key, Scalar.ANY))
    elif isinstance(type_, MapOf) and isinstance(value, Map):
        for item in value.values():
            _drop(item, type_.value)
    elif isinstance(type_, ListOf) and isinstance(value, list):
        for item in value:
            _drop(item, type_.item)
