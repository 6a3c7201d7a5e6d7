"""Fields of resources that are required and missing, and values that are not among those a field allows.

Source: Databricks CLI, bundle/config/validate/{required,enum}.go; the fields come from the classes of databricks-bundles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_runner.bundle.references import references
from local_runner.bundle.schema import Choice, ListOf, MapOf, Scalar, Struct, Type, concrete
from local_runner.bundle.sections import RESOURCES
from local_runner.bundle.tree import List, Map, Path, show
from local_runner.diagnostics import Diagnostic, Location, Severity


def check_fields(resources: Map) -> Iterator[Diagnostic]:
    """Warnings for `resources`, which are kind -> key -> resource."""
    return _check(resources, RESOURCES, ("resources",), None)


def _check(value: Any, type_: Type, path: Path, at: Location | None) -> Iterator[Diagnostic]:
    type_ = concrete(type_)
    if isinstance(type_, Choice) and isinstance(value, str) and value not in type_.values and not references(value):
        remedy = f"Use one of {', '.join(type_.values)}."
        yield Diagnostic(f"{show(path)}: {value!r} is not allowed", remedy, at, Severity.WARNING)
    if isinstance(value, Map) and isinstance(type_, Struct | MapOf):
        for name in sorted(type_.required) if isinstance(type_, Struct) else ():
            if value.get(name) is None:
                yield Diagnostic(f"{show(path)} has no {name}", f"Set {name}: it is required.", at, Severity.WARNING)
        for key, item in value.items():
            inner = type_.fields.get(key, Scalar.ANY) if isinstance(type_, Struct) else type_.value
            yield from _check(item, inner, (*path, key), value.where.get(key) or at)
    elif isinstance(value, List) and isinstance(type_, ListOf):
        for index, item in enumerate(value):
            yield from _check(item, type_.item, (*path, index), value.place(index) or at)
