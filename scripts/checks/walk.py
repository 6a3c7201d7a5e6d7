"""Ways through a resolved bundle that several rules take."""

from collections.abc import Iterator
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import List, Map, Path, each, get
from local_runner.diagnostics import Location


def texts(value: Any, path: Path = (), at: Location | None = None) -> Iterator[tuple[Path, str, Location | None]]:
    """Every string in `value` with its path and the place it was written, or that of the nearest part around it."""
    if isinstance(value, str):
        yield path, value, at
    elif isinstance(value, dict):
        where = value.where if isinstance(value, Map) else {}
        for key, item in value.items():
            yield from texts(item, (*path, key), where.get(key) or at)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*path, index), (value.place(index) if isinstance(value, List) else None) or at)


def resources(bundle: ResolvedBundle, kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one kind by key."""
    found = get(bundle.config, "resources", kind)
    return {key: item for key, item in found.items() if isinstance(item, dict)} if isinstance(found, dict) else {}


def tasks(bundle: ResolvedBundle, key: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The tasks of the job `key`, also those that run for each of several inputs, with their paths."""
    job = ("resources", "jobs", key)
    for pattern in ("tasks[*]", "tasks[*].for_each_task.task"):
        for path, owner, step in each(get(bundle.config, *job), f"{pattern}"):
            task = owner[step] if isinstance(owner, list) else owner.get(step)
            if isinstance(task, dict):
                yield (*job, *path), task


def items(value: Any) -> list[Any]:
    """`value` where it is a list, else nothing: a reference may stand in its place."""
    return value if isinstance(value, list) else []
