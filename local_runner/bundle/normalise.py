"""Values converted to the types of their fields, and unknown fields dropped with a warning.

Source: Databricks CLI, libs/dyn/convert/normalize.go.
"""

from __future__ import annotations

import difflib
import math
from typing import Any

from local_runner.bundle.references import is_pure
from local_runner.bundle.schema import Choice, ListOf, MapOf, Scalar, Struct, Type, concrete
from local_runner.bundle.tree import List, Map, Path, kind, show
from local_runner.diagnostics import Diagnostic, Location, Severity

_TRUE = {"true", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}
_FALSE = {"false", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}


class _Dropped(Exception):
    """The value at hand cannot be converted: it is left out."""


def normalise(value: Any, type_: Type, report: list[Diagnostic], path: Path = (), at: Location | None = None) -> Any:
    """`value` as `type_`; what cannot be converted is left out and reported as a warning, as the CLI does.

    Containers are new; `path` and `at` say where the value lies.
    """
    try:
        return _convert(value, type_, report, path, at)
    except _Dropped:
        return None


def _convert(value: Any, type_: Type, report: list[Diagnostic], path: Path, at: Location | None) -> Any:
    type_ = concrete(type_)
    if type_ is Scalar.ANY:
        return value
    if isinstance(type_, Choice):
        type_ = Scalar.TEXT
    if isinstance(type_, Scalar):
        return _scalar(value, type_, report, path, at)
    if value is None or (isinstance(value, str) and is_pure(value)):
        return value
    if isinstance(type_, ListOf):
        if not isinstance(value, list):
            _drop(f"expected a list, found {kind(value)}", report, path, at)
        return _list(value, type_, report, path, at)
    if not isinstance(value, dict):
        _drop(f"expected a mapping, found {kind(value)}", report, path, at)
    return _struct(value, type_, report, path, at) if isinstance(type_, Struct) else _map(value, type_, report, path, at)


def _list(value: list[Any], type_: ListOf, report: list[Diagnostic], path: Path, at: Location | None) -> List:
    out = List()
    for index, item in enumerate(value):
        place = value.place(index) if isinstance(value, List) else None
        if item is None and isinstance(concrete(type_.item), Struct):
            item = Map()
        try:
            converted = _convert(item, type_.item, report, (*path, len(out)), place or at)
        except _Dropped:
            continue
        out.append(converted)
        out.where.append(place)
    return out


def _map(value: dict[str, Any], type_: MapOf, report: list[Diagnostic], path: Path, at: Location | None) -> Map:
    out = Map()
    for key, item in value.items():
        place = value.where.get(key) if isinstance(value, Map) else None
        try:
            out.put(key, _convert(item, type_.value, report, (*path, key), place or at), place)
        except _Dropped:
            continue
    return out


def _struct(value: dict[str, Any], type_: Struct, report: list[Diagnostic], path: Path, at: Location | None) -> Map:
    out = Map()
    for key, item in value.items():
        place = value.where.get(key) if isinstance(value, Map) else None
        field = type_.fields.get(key)
        if field is None and type_.open:
            field = Scalar.ANY
        elif field is None:
            if not _only_anchors(value, key):
                report.append(_unknown_field(key, type_, path, place or at))
            continue
        try:
            converted = _convert(item, field, report, (*path, key), place or at)
        except _Dropped:
            continue
        if converted in (0, "", None) and not isinstance(converted, float) and not type_.keeps(key):
            continue
        out.put(key, converted, place)
    return out


def _only_anchors(value: Any, key: str | int) -> bool:
    """Whether what lies under `key` is there to be used elsewhere: an anchor, or a container of nothing else."""
    if isinstance(value, Map | List) and key in value.anchored:
        return True
    inner = value[key]
    children = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
    return bool(children) and all(_only_anchors(inner, child) for child in children)


def _unknown_field(key: str, type_: Struct, path: Path, at: Location | None) -> Diagnostic:
    known = type_.fields if isinstance(type_.fields, dict) else {}
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Did you mean {close[0]}?" if close else "Remove it: it has no effect."
    summary = f"unknown field: {show((*path, key))}"
    return Diagnostic(summary, remedy, at, Severity.WARNING)


def _scalar(value: Any, type_: Scalar, report: list[Diagnostic], path: Path, at: Location | None) -> Any:
    if value is None:
        _drop(f"expected {type_.value}, found null", report, path, at)
    if isinstance(value, dict | list):
        _drop(f"expected {type_.value}, found {kind(value)}", report, path, at)
    if type_ is Scalar.TEXT:
        return text(value)
    if isinstance(value, str) and is_pure(value):
        return value
    try:
        return _CONVERSIONS[type_](value)
    except ValueError:
        return _drop(f"expected {type_.value}, found {value!r}", report, path, at)


def text(value: str | bool | int | float) -> str:
    """A scalar as the CLI writes it into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isinf(value) or math.isnan(value):
            return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        return f"{value:.0f}" if value.is_integer() else _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    digits = repr(value)
    if "e" not in digits:
        return digits
    mantissa, exponent = digits.split("e")
    return f"{value:.{max(0, len(mantissa.partition('.')[2]) - int(exponent))}f}"


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    raise ValueError


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError
    if isinstance(value, str) and value.strip() != value:
        raise ValueError
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    return float(value)


_CONVERSIONS = {Scalar.BOOLEAN: _boolean, Scalar.INTEGER: _integer, Scalar.NUMBER: _number}


def _drop(summary: str, report: list[Diagnostic], path: Path, at: Location | None) -> None:
    remedy = "It is left out. Correct its value, or remove it."
    report.append(Diagnostic(f"{show(path)}: {summary}", remedy, at, Severity.WARNING))
    raise _Dropped
