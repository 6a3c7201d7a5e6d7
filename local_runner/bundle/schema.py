"""The types that parts of a bundle have: what a value is converted to, and which fields exist.

Only the types; the sections' fields are in `sections.py`, those of resources come from the classes of databricks-bundles
(`resource_types.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


class Scalar(Enum):
    TEXT = "a string"
    BOOLEAN = "a boolean"
    INTEGER = "an integer"
    NUMBER = "a number"
    ANY = "anything"


@dataclass(frozen=True)
class Struct:
    """A mapping with known fields.

    `required` fields stay even when empty. An explicit zero (0, false, "") of another field is dropped unless the field is
    in `keeps_zero`, or `keeps_zero` is None: then all are kept. An `open` one has other fields than those that are known.
    """

    fields: Mapping[str, Type]
    required: frozenset[str] = frozenset()
    keeps_zero: frozenset[str] | None = frozenset()
    open: bool = False

    def keeps(self, name: str) -> bool:
        return self.keeps_zero is None or name in self.keeps_zero or name in self.required


@dataclass(frozen=True)
class Choice:
    """Text that is one of a few values."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class MapOf:
    value: Type


@dataclass(frozen=True)
class ListOf:
    item: Type


@dataclass(frozen=True)
class Lazy:
    """A type that is worked out when first needed: its classes take long to import, or contain each other."""

    load: Callable[[], Struct | MapOf] = field(compare=False)


Type: TypeAlias = "Scalar | Choice | Struct | MapOf | ListOf | Lazy"


def concrete(type_: Type) -> Scalar | Choice | Struct | MapOf | ListOf:
    return type_.load() if isinstance(type_, Lazy) else type_


def zero(type_: Type) -> object:
    """The empty value of `type_`: what a reference to a known field that is not set stands for."""
    type_ = concrete(type_)
    if isinstance(type_, Choice):
        return ""
    if isinstance(type_, Scalar):
        return {Scalar.TEXT: "", Scalar.BOOLEAN: False, Scalar.INTEGER: 0, Scalar.NUMBER: 0.0}.get(type_)
    return [] if isinstance(type_, ListOf) else {}
