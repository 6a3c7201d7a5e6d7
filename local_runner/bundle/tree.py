"""Configuration as a tree that remembers where each part was written.

A `Map` and a `List` are a dict and a list; beside each child they keep the `Location` it comes from, so a child moved or
merged elsewhere takes its place in the files along. Scalars are plain Python values. As read from a file, `anchored` names
the children that have a YAML anchor.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from local_runner.diagnostics import Location, fail

Path = tuple[str | int, ...]


class Map(dict[str, Any]):
    """A mapping; `where[key]` is the place of the value under `key`."""

    __slots__ = ("anchored", "where")

    def __init__(self, values: dict[str, Any] | None = None, where: dict[str, Location] | None = None) -> None:
        super().__init__(values or {})
        self.where = where or {}
        self.anchored: Collection[str | int] = ()

    def put(self, key: str, value: Any, location: Location | None = None) -> None:
        """Set `key`; without a location the place of the former value stays."""
        self[key] = value
        if location:
            self.where[key] = location

    def take(self, other: Map) -> None:
        """Set every key of `other`, with its place."""
        self.update(other)
        self.where.update(other.where)

    def drop(self, key: str) -> Any:
        self.where.pop(key, None)
        return self.pop(key, None)


class List(list[Any]):
    """A sequence; `where[index]` is the place of that item, and may be shorter than the sequence."""

    __slots__ = ("anchored", "where")

    def __init__(self, values: list[Any] | None = None, where: list[Location | None] | None = None) -> None:
        super().__init__(values or [])
        self.where = where or []
        self.anchored: Collection[str | int] = ()

    def place(self, index: int) -> Location | None:
        return self.where[index] if index < len(self.where) else None


def copy(value: Any) -> Any:
    """An independent copy: containers are new, scalars and locations are shared."""
    if isinstance(value, dict):
        return Map({key: copy(item) for key, item in value.items()}, dict(value.where) if isinstance(value, Map) else {})
    if isinstance(value, list):
        return List([copy(item) for item in value], list(value.where) if isinstance(value, List) else [])
    return value


def size(value: Any) -> int:
    """How many values `value` holds, itself among them."""
    if isinstance(value, dict):
        return 1 + sum(map(size, value.values()))
    return 1 + sum(map(size, value)) if isinstance(value, list) else 1


def plain(value: Any) -> Any:
    """The same value as ordinary dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def has(value: Any, step: str | int) -> bool:
    """Whether `value` is a container with a child at `step`."""
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def get(value: Any, *path: str | int) -> Any:
    """What lies at `path`, or None where a step of it is missing."""
    for step in path:
        if not has(value, step):
            return None
        value = value[step]
    return value


def section(config: Map, *path: str) -> Map:
    """The mapping at `path`, created empty where it is missing or null."""
    for step in path:
        inner = config.get(step)
        if not isinstance(inner, Map):
            inner = Map(inner) if isinstance(inner, dict) else Map()
            config[step] = inner
        config = inner
    return config


def location(value: Any, path: Path) -> Location | None:
    """Where the part at `path` was written: its own place, or that of the nearest enclosing part that has one."""
    found = None
    for step in path:
        if isinstance(value, Map):
            found = value.where.get(step, found)  # type: ignore[call-overload]
        elif isinstance(value, List) and isinstance(step, int):
            found = value.place(step) or found
        value = get(value, step)
    return found


def locations(value: Any, path: Path = ()) -> Iterator[tuple[Path, Location]]:
    """Each path of the tree that has a place of its own, with that place."""
    if isinstance(value, dict):
        where = value.where if isinstance(value, Map) else {}
        for key, item in value.items():
            if place := where.get(key):
                yield (*path, key), place
            yield from locations(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            place = value.place(index) if isinstance(value, List) else None
            if place:
                yield (*path, index), place
            yield from locations(item, (*path, index))


def each(value: Any, pattern: str) -> list[tuple[Path, Any, Any]]:
    """Each (path, container, key) that `pattern` matches; the key of the last step need not exist for a Map.

    A pattern is dotted, `*` stands for any key and `[*]` for any item: `resources.jobs.*.tasks[*].task_key`.
    """
    found: list[tuple[Path, Any]] = [((), value)]
    *steps, last = pattern.replace("[*]", ".[*]").split(".")
    for step in steps:
        found = [((*path, key), container[key]) for path, inner in found for container, key in _children(inner, step)]
    return [((*path, key), container, key) for path, inner in found for container, key in _children(inner, last, new=True)]


def _children(value: Any, step: str, new: bool = False) -> list[tuple[Any, Any]]:
    if step == "[*]":
        return [(value, index) for index in range(len(value))] if isinstance(value, list) else []
    if not isinstance(value, dict):
        return []
    if step == "*":
        return [(value, key) for key in list(value)]
    return [(value, step)] if new or step in value else []


def merge(base: Any, override: Any, path: Path = (), at: Location | None = None) -> Any:
    """`override` laid over `base`, which is changed and returned: mappings merge, sequences append, scalars give way.

    Null on either side gives way to the other. `path` and `at` name the place for the error.
    Source: Databricks CLI, libs/dyn/merge/merge.go. Raises Failure where the two have different kinds.
    """
    if base is None or override is None:
        return override if base is None else base
    if isinstance(base, dict) and isinstance(override, dict):
        for key, value in override.items():
            place = override.where.get(key) if isinstance(override, Map) else None
            if key in base:
                stays = value is None or isinstance(base[key], dict | list)
                merged = merge(base[key], value, (*path, key), place or at)
                base.put(key, merged, None if stays else place)
            else:
                base.put(key, value, place)
        return base
    if isinstance(base, list) and isinstance(override, list):
        base.where = [base.place(i) for i in range(len(base))] + [override.place(i) for i in range(len(override))]
        base.extend(override)
        return base
    if kind(base) != kind(override):
        raise fail(
            f"cannot merge {kind(override)} into {kind(base)} at {show(path)}",
            "Give both the same shape, or remove one of the two.",
            at,
        )
    return override


def kind(value: Any) -> str:
    """A person's word for the type of a value."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", type(None): "null"}
    return names[type(value)]


def show(path: Path) -> str:
    """`path` as people write it: `resources.jobs.x.tasks[0]`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")
