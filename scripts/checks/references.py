"""References to what the bundle does not have: resources, and a job's own tasks and environments."""

from collections.abc import Iterator
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.references import parse, references
from local_runner.bundle.tree import get
from local_runner.diagnostics import Diagnostic
from scripts.checks.suggest import Names, did_you_mean
from scripts.checks.walk import items, resources, tasks, texts


def missing_resources(bundle: ResolvedBundle) -> list[Diagnostic]:
    """`${resources.pipelines.x.id}` where there is no pipeline x."""
    kinds = get(bundle.config, "resources")
    known = {kind: set(found) for kind, found in kinds.items() if isinstance(found, dict)} if kinds else {}
    names = {kind: Names(keys) for kind, keys in known.items()}
    found = []
    for _, text, at in texts(bundle.config):
        for reference in references(text):
            section, *path = parse(reference)
            if section != "resources" or len(path) < 2:
                continue
            kind, key, *rest = map(str, path)
            if key in known.get(kind, ()) or bundle.report.may_define(key):
                continue
            elsewhere = next((other for other in sorted(known) if key in known[other]), None)
            close = names[kind].closest(key) if kind in names else None
            meant = (elsewhere, key) if elsewhere else (kind, close) if close else None
            hint = f"${{{'.'.join(['resources', *meant, *rest])}}}" if meant else None
            remedy = did_you_mean(hint, f"Define {key} under resources.{kind}, or correct the reference.")
            found.append(Diagnostic(f"${{{reference}}} refers to a resource that does not exist", remedy, at))
    return found


def missing_tasks_and_environments(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A task that depends on a task, or runs in an environment, that its job does not define."""
    found = []
    for key, job in resources(bundle, "jobs").items():
        known = {
            "task": _keys(job, "tasks", "task_key"),
            "environment": _keys(job, "environments", "environment_key"),
        }
        names = {what: Names(keys) for what, keys in known.items()}
        # A reference that only a deployment resolves may stand for any name.
        certain = {what for what, keys in known.items() if not any("${" in name for name in keys)}
        for path, task in tasks(bundle, key):
            for what, name, steps in _named(task):
                if what in certain and name not in known[what] and "${" not in name:
                    where = f"task {task.get('task_key')} of job {key}"
                    summary = f"{where} names the {what} {name}, which the job does not define"
                    remedy = did_you_mean(names[what].closest(name), f"Define {name}, or correct the name.")
                    found.append(Diagnostic(summary, remedy, bundle.location(*path, *steps)))
    return found


def _named(task: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """(what, name, where in the task) of each name in `task` that its job must define."""
    for index, dependency in enumerate(items(task.get("depends_on"))):
        if isinstance(name := get(dependency, "task_key"), str):
            yield "task", name, ("depends_on", index, "task_key")
    if isinstance(name := task.get("environment_key"), str):
        yield "environment", name, ("environment_key",)


def _keys(job: dict[str, Any], section: str, field: str) -> set[str]:
    return {str(get(item, field)) for item in items(job.get(section))}
