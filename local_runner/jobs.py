"""From a resource's key to the pipelines that its run updates."""

import re
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import did_you_mean, fail

_PIPELINE_ID = re.compile(r"^\$\{resources\.pipelines\.([^.}]+)\.id\}$")


def pipelines_of(bundle: ResolvedBundle, key: str) -> list[str]:
    """The keys of the pipelines that `key`, a job or a pipeline (`x`, `jobs.x`, `pipelines.x`), runs, in order.

    Raises Failure for an unknown key, for a job without tasks, or for a task that is no pipeline task of this bundle.
    """
    kind, name = resource_named(bundle, key)
    if kind == "pipelines":
        return [name]
    tasks = _in_order(bundle.value["resources"]["jobs"][name].get("tasks", []), key)
    if not tasks:
        raise fail(f"{key} has no tasks", "Add a pipeline task to it", bundle.location("resources", "jobs", name))
    return [_pipeline_of(bundle, name, task) for task in tasks]


def resource_named(bundle: ResolvedBundle, key: str) -> tuple[str, str]:
    """The kind (jobs or pipelines) and the name of what `key` means. Raises Failure for an unknown key."""
    resources: dict[str, Any] = bundle.value.get("resources", {})
    kind, _, name = key.rpartition(".")
    kinds = [kind] if kind else ["jobs", "pipelines"]
    found = [one for one in kinds if name in resources.get(one, {})]
    if not found:
        known = [other for one in ("jobs", "pipelines") for other in resources.get(one, {})]
        remedy = did_you_mean(name, known, f"This bundle has: {', '.join(sorted(known)) or 'no jobs or pipelines'}")
        raise fail(f"no job or pipeline named {key}", remedy)
    return found[0], name


def _pipeline_of(bundle: ResolvedBundle, job: str, task: dict[str, Any]) -> str:
    location = bundle.location("resources", "jobs", job)
    if "pipeline_task" not in task:
        kind = next((key for key in task if key.endswith("_task")), "task without a kind")
        raise fail(f"task {task['task_key']} of {job} is a {kind}", "Only pipeline tasks run here", location)
    match = _PIPELINE_ID.match(str(task["pipeline_task"].get("pipeline_id")))
    if not match:
        raise fail(
            f"task {task['task_key']} of {job} names a pipeline by its id",
            "Refer to a pipeline of this bundle: ${resources.pipelines.<key>.id}",
            location,
        )
    known = bundle.value["resources"].get("pipelines", {})
    if match[1] not in known:
        remedy = did_you_mean(match[1], known, "Make it, or name another in the task's pipeline_id")
        raise fail(f"task {task['task_key']} of {job} runs {match[1]}, and there is no such pipeline", remedy, location)
    return match[1]


def _in_order(tasks: list[dict[str, Any]], job: str) -> list[dict[str, Any]]:
    """The tasks, each after those it depends on; raises Failure where that cannot be."""
    from graphlib import CycleError, TopologicalSorter

    by_key = {task["task_key"]: task for task in tasks}
    graph = {key: [other["task_key"] for other in task.get("depends_on", [])] for key, task in by_key.items()}
    try:
        return [by_key[key] for key in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise fail(
            f"the tasks of {job} wait for each other: {' → '.join(error.args[1])}", "Take one depends_on out"
        ) from None
    except KeyError as error:
        raise fail(f"a task of {job} depends on {error.args[0]}, which is no task of it", "Mend its depends_on") from None
