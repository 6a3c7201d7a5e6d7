"""Job parameters that a job uses and does not declare."""

import re
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.references import is_pure, parse
from local_runner.bundle.tree import get
from local_runner.diagnostics import Diagnostic, Location, Severity
from scripts.checks.suggest import Names, did_you_mean
from scripts.checks.walk import items, resources, tasks, texts

_USED = re.compile(r"\{\{\s*job\.parameters\.\[?([\w.-]+)\]?\s*\}\}")


def undeclared_parameters(bundle: ResolvedBundle) -> list[Diagnostic]:
    """`{{job.parameters.x}}` in a job that declares no x, and, as a warning, a value that a task gives another job's x."""
    jobs = resources(bundle, "jobs")
    found = []
    for key, job in jobs.items():
        declared = _declared(job)
        for path, text, at in texts(job, ("resources", "jobs", key), bundle.location("resources", "jobs", key)):
            for name in dict.fromkeys(_USED.findall(text)):
                if _is_missing(name, declared):
                    what = f"{{{{job.parameters.{name}}}}} in {_task(bundle, path)}"
                    found.append(_undeclared(what, name, key, declared, at, Severity.ERROR))
        for path, task in tasks(bundle, key):
            other = _job_that_runs(task)
            given = get(task, "run_job_task", "job_parameters")
            for name in given if other in jobs and isinstance(given, dict) else ():
                if _is_missing(name, theirs := _declared(jobs[other])):
                    what = f"the parameter {name} of task {task.get('task_key')}"
                    at = bundle.location(*path, "run_job_task", "job_parameters", name)
                    found.append(_undeclared(what, name, other, theirs, at, Severity.WARNING))
    return found


def _declared(job: dict[str, Any]) -> list[str]:
    parameters = job.get("parameters")
    return [parameters] if isinstance(parameters, str) else [str(get(parameter, "name")) for parameter in items(parameters)]


def _is_missing(name: str, declared: list[str]) -> bool:
    # A reference that only a deployment resolves may stand for any name.
    return name not in declared and "${" not in "".join(declared)


def _undeclared(what: str, name: str, key: str, declared: list[str], at: Location | None, severity: Severity) -> Diagnostic:
    remedy = did_you_mean(Names(declared).closest(name), f"Add {name} to the parameters of the job {key}.")
    return Diagnostic(f"{what}: the job {key} declares no such parameter", remedy, at, severity)


def _job_that_runs(task: dict[str, Any]) -> str | None:
    """The key of the job that a task runs, where it is one of the bundle."""
    reference = get(task, "run_job_task", "job_id")
    if not isinstance(reference, str) or not is_pure(reference):
        return None
    path = parse(reference[2:-1])
    return str(path[2]) if path[:2] == ("resources", "jobs") and len(path) == 4 else None


def _task(bundle: ResolvedBundle, path: tuple[str | int, ...]) -> str:
    if path[3:4] == ("tasks",):
        return f"task {get(bundle.config, *path[:5], 'task_key')}"
    return f"job {path[2]}"
