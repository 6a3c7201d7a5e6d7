"""References where a mapping or a list is needed and nothing stands in their place yet.

The Databricks CLI takes such a section for an empty one, or fails inside; here it is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local_runner.bundle.schema import ListOf, MapOf, Scalar, Struct, Type, concrete
from local_runner.bundle.sections import ROOT, TARGET
from local_runner.bundle.tree import List, Map, Path, show
from local_runner.diagnostics import Diagnostic, Location

# The sections that are read before references are replaced.
_READ_AS_WRITTEN = ("bundle", "environments", "include", "scripts", "sync", "targets", "variables", "workspace")


def check_written_shapes(config: Map) -> Iterator[Diagnostic]:
    """Errors for references in place of a section that is read as it is written."""
    return _check(config, ROOT, (), None, as_written=True)


def check_resolved_shapes(config: Map) -> Iterator[Diagnostic]:
    """Errors for references in place of a mapping or a list outside resources, once references are replaced."""
    return _check(config, ROOT, (), None, as_written=False)


def check_resource_shapes(resources: Any) -> Iterator[Diagnostic]:
    """Errors for references in place of a resource, a kind of resources, or all of them."""
    if isinstance(resources, str):
        yield _reference(("resources",), resources, None)
        return
    for kind, items in (resources or {}).items():
        if isinstance(items, str):
            yield _reference(("resources", kind), items, resources.where.get(kind))
            continue
        for key, item in (items or {}).items():
            if isinstance(item, str):
                yield _reference(("resources", kind, key), item, items.where.get(key))


def _check(value: Any, type_: Type, path: Path, at: Location | None, as_written: bool) -> Iterator[Diagnostic]:
    if type_ in (Scalar.ANY, ROOT.fields["resources"]):
        return
    type_ = concrete(type_)
    if isinstance(value, str) and isinstance(type_, Struct | MapOf | ListOf):
        yield _reference(path, value, at)
    elif isinstance(value, Map) and isinstance(type_, Struct | MapOf):
        for key, item in value.items():
            if as_written and type_ in (ROOT, TARGET) and key not in _READ_AS_WRITTEN:
                continue
            inner = type_.fields.get(key, Scalar.ANY) if isinstance(type_, Struct) else type_.value
            yield from _check(item, inner, (*path, key), value.where.get(key) or at, as_written)
    elif isinstance(value, List) and isinstance(type_, ListOf):
        for index, item in enumerate(value):
            yield from _check(item, type_.item, (*path, index), value.place(index) or at, as_written)


def _reference(path: Path, text: str, at: Location | None) -> Diagnostic:
    return Diagnostic(f"{show(path)} is {text}, which has no value here", "Write out what it stands for.", at)
