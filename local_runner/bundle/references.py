"""`${…}`: finding references in strings and replacing them by what they refer to.

Source: Databricks CLI, libs/dyn/dynvar/*.go and bundle/config/mutator/resolve_variable_references.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from local_runner.bundle.tree import List, Map, Path, copy, kind, size
from local_runner.diagnostics import Diagnostic, Location

_NAME = r"[^\W\d_](?:[\w-]*[^\W_])?"
REFERENCE = re.compile(rf"\$\{{({_NAME}(?:\.{_NAME}(?:\[[0-9]+\])*)*(?:\[[0-9]+\])*)\}}")

# Text that a field of another type than text is converted from.
_BOOLEANS = ("true", "false", "y", "n", "yes", "no", "on", "off")
_LITERALS = {word for text in _BOOLEANS for word in (text, text.title(), text.upper())}
_NUMERAL = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")

MAX_DEPTH = 100
MAX_ROUNDS = 11
MAX_LENGTH = 1_000_000
MAX_NODES = 10_000

Lookup = Callable[[Path], Any]


class Skip(Exception):
    """Raised by a lookup for what is not known yet: the reference stays."""


class Missing(Exception):
    """Raised by a lookup for what does not exist; `suggestions` are the references that may be meant."""

    def __init__(self, suggestions: Iterable[str] = ()) -> None:
        super().__init__()
        self.suggestions = tuple(suggestions)


class _Unresolvable(Exception):
    """Why a reference cannot be replaced; what is wrong `anywhere` it is met, like a cycle, is said once."""

    def __init__(self, summary: str, remedy: str, anywhere: bool = False) -> None:
        super().__init__(summary)
        self.remedy = remedy
        self.anywhere = anywhere
        self.said_once = False


def is_pure(text: str) -> bool:
    """Whether `text` is one reference and nothing else, so that it can stand for a value of any type."""
    return text.startswith("${") and REFERENCE.fullmatch(text) is not None


def references(text: str) -> list[str]:
    """The references in `text`, without their `${` and `}`."""
    return REFERENCE.findall(text) if "${" in text else []


def parse(reference: str) -> Path:
    """`a.b[0].c` as `("a", "b", 0, "c")`."""
    steps: list[str | int] = []
    for part in reference.split("."):
        name, *indices = part.split("[")
        steps += [name, *(int(index[:-1]) for index in indices)]
    return tuple(steps)


class Resolver:
    """Replaces references by values, each looked up once; `report` gets an error for each that cannot be resolved."""

    def __init__(self, lookup: Lookup, report: list[Diagnostic]) -> None:
        self._lookup = lookup
        self._report = report
        self._resolved: dict[str, Any] = {}
        # How many values that stood alone may be of another type than their field.
        self.retyped = 0

    def resolve(self, value: Any, at: Location | None = None) -> Any:
        """`value` with its references replaced, in place where it is a container."""
        if isinstance(value, str):
            return self._replace(value, at) if "${" in value else value
        if isinstance(value, Map):
            for key, item in value.items():
                if isinstance(item, str | dict | list):
                    value[key] = self.resolve(item, value.where.get(key) or at)
        elif isinstance(value, List):
            for index, item in enumerate(value):
                if isinstance(item, str | dict | list):
                    value[index] = self.resolve(item, value.place(index) or at)
        return value

    def _replace(self, text: str, at: Location | None) -> Any:
        try:
            return self._from_start(text)
        except _Unresolvable as problem:
            if not problem.said_once:
                self._report.append(Diagnostic(str(problem), problem.remedy, at))
                problem.said_once = problem.anywhere
            return text

    def _from_start(self, text: str) -> Any:
        try:
            return self._text(text, ())
        except RecursionError:
            # A chain within the limit, of values that are deep themselves.
            raise _Unresolvable(f"what {text} refers to is nested too deep", "Flatten the values.") from None

    def _text(self, text: str, chain: tuple[str, ...]) -> Any:
        """`text` with its references replaced; of any type when it is one reference and nothing else."""
        for _ in range(MAX_ROUNDS):
            found = references(text)
            if not found:
                return text
            values = {name: self._value(name, chain) for name in dict.fromkeys(found)}
            if len(found) == 1 and is_pure(text):
                value = values[found[0]]
                return text if value is Skip else self._copied(value)
            replaced = REFERENCE.sub(lambda match: _written(match, values), text)  # noqa: B023 - called at once
            if replaced == text:
                return text
            if len(replaced) > MAX_LENGTH:
                raise _Unresolvable(f"references expand to more than {MAX_LENGTH:,} characters", "Use fewer of them.", True)
            text = replaced
        return text

    def _value(self, name: str, chain: tuple[str, ...]) -> Any:
        if name in self._resolved:
            known = self._resolved[name]
            if isinstance(known, _Unresolvable):
                raise known
            return known
        if name in chain:
            raise _cycle((*chain[chain.index(name) :], name))
        if len(chain) >= MAX_DEPTH:
            raise _Unresolvable(
                f"references are nested more than {MAX_DEPTH} deep: {chain[0]} …", "Shorten the chain.", True
            )
        try:
            value = self._inside(self._lookup(parse(name)), (*chain, name))
        except Skip:
            value = Skip
        except Missing as missing:
            value = _no_such(name, missing.suggestions)
        except _Unresolvable as problem:
            value = problem
        if isinstance(value, dict | list) and size(value) > MAX_NODES:
            value = _Unresolvable(f"${{{name}}} expands to more than {MAX_NODES:,} values", "Use fewer references.", True)
        self._resolved[name] = value
        if isinstance(value, _Unresolvable):
            raise value
        return value

    def _inside(self, value: Any, chain: tuple[str, ...]) -> Any:
        """`value` as it was looked up, with the references that it contains itself replaced."""
        if isinstance(value, str):
            return self._text(value, chain) if "${" in value else value
        if isinstance(value, dict):
            where = dict(value.where) if isinstance(value, Map) else {}
            return Map({key: self._inside(item, chain) for key, item in value.items()}, where)
        if isinstance(value, list):
            where = list(value.where) if isinstance(value, List) else []
            return List([self._inside(item, chain) for item in value], where)
        return value

    def _copied(self, value: Any) -> Any:
        """A copy for one place of use: a value that is a container may be used, and changed, in several."""
        self.retyped += not isinstance(value, str) or value in _LITERALS or _NUMERAL.fullmatch(value) is not None
        return copy(value)


def _written(match: re.Match[str], values: dict[str, Any]) -> str:
    value = values[match[1]]
    if value is Skip:
        return match[0]
    if isinstance(value, dict | list):
        summary = f"${{{match[1]}}} is {kind(value)}, which cannot be part of a string"
        raise _Unresolvable(summary, "Refer to one of its values, or let the reference stand alone.")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    return "<nil>" if value is None else str(value)


def _cycle(chain: tuple[str, ...]) -> _Unresolvable:
    links = " -> ".join(f"${{{name}}}" for name in chain)
    return _Unresolvable(f"references form a cycle: {links}", "Give one of them a value of its own.", True)


def _no_such(name: str, suggestions: tuple[str, ...]) -> _Unresolvable:
    meant = " or ".join(f"${{{suggestion}}}" for suggestion in suggestions)
    remedy = f"Did you mean {meant}?" if meant else "Define it, or correct the reference."
    return _Unresolvable(f"reference does not exist: ${{{name}}}", remedy)
