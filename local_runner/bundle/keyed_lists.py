"""Lists whose items have a key: items of one key, from different files or a target, become one.

Source: Databricks CLI, libs/dyn/merge/elements_by_key.go and bundle/config/mutator/resourcemutator/merge_*.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from local_runner.bundle.report import RepeatedTask
from local_runner.bundle.tree import List, Map, each, get, location, merge, show
from local_runner.diagnostics import fail

_GRANTED = (
    "catalogs",
    "schemas",
    "external_locations",
    "secrets",
    "volumes",
    "registered_models",
    "vector_search_indexes",
)


def merge_keyed_lists(resources: Map) -> None:
    """Merge job clusters, parameters, tasks, pipeline clusters, app resources and grants by their keys, in place."""
    _merge(resources, "jobs.*.job_clusters", "job_cluster_key")
    _merge(resources, "jobs.*.parameters", "name")
    _merge(resources, "jobs.*.tasks", "task_key", ordered=True)
    _merge(resources, "pipelines.*.clusters", "label", lambda label: "default" if label is None else label.lower())
    _merge(resources, "apps.*.resources", "name", replace=True)
    for kind in _GRANTED:
        _merge(resources, f"{kind}.*.grants", "principal")
        for _, grant, key in each(resources, f"{kind}.*.grants[*].privileges"):
            if isinstance(grant.get(key), list):
                grant[key] = List(list(dict.fromkeys(grant[key])))


def repeated_tasks(resources: Any) -> Iterator[RepeatedTask]:
    """The tasks that share a key within one list, as written, where a target's are not laid over a job's yet."""
    for (_, job, _), owner, field in each(resources, "jobs.*.tasks"):
        first: dict[str, int] = {}
        tasks = owner.get(field) if isinstance(owner.get(field), list) else []
        for index, task in enumerate(tasks):
            key = get(task, "task_key")
            if isinstance(key, str) and first.setdefault(key, index) != index:
                yield RepeatedTask(job, key, location(tasks, (first[key],)), location(tasks, (index,)))


def _merge(
    resources: Map,
    pattern: str,
    key: str,
    key_of: Callable[[Any], str] = lambda value: "" if value is None else value,
    ordered: bool = False,
    replace: bool = False,
) -> None:
    for path, owner, field in each(resources, pattern):
        items = owner.get(field)
        if isinstance(items, List):
            owner[field] = _merged(items, key, key_of, ordered, replace, ("resources", *path))


def _merged(
    items: List, key: str, key_of: Callable[[Any], str], ordered: bool, replace: bool, path: tuple[str | int, ...]
) -> List:
    first: dict[str, int] = {}
    found: dict[str, Any] = {}
    for index, item in enumerate(items):
        if not isinstance(item, Map):
            raise fail(f"{show((*path, index))} is not a mapping", f"Write it as `{key}: …`.", items.place(index))
        name = key_of(item.get(key))
        if name not in found:
            first[name], found[name] = index, item
        else:
            found[name] = item if replace else merge(found[name], item, (*path, first[name]))
    for name, item in found.items():
        item[key] = name
    names = sorted(found) if ordered else list(found)
    return List([found[name] for name in names], [items.place(first[name]) for name in names])
