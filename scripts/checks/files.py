"""Globs and paths that lead to no file. (A path to one notebook, file or folder is checked when the bundle is resolved.)"""

import os
from collections.abc import Iterator
from pathlib import Path

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.globs import matching
from local_runner.bundle.paths import is_local
from local_runner.bundle.tree import each, get
from local_runner.diagnostics import Diagnostic, Severity
from scripts.checks.walk import items, resources
from scripts.patterns import files, fixed_folder, unmatched

_SOURCES = (".py", ".sql", ".ipynb")
_LIBRARIES = (
    "resources.jobs.*.tasks[*].libraries[*].whl",
    "resources.jobs.*.tasks[*].libraries[*].jar",
    "resources.jobs.*.tasks[*].for_each_task.task.libraries[*].whl",
    "resources.jobs.*.tasks[*].for_each_task.task.libraries[*].jar",
    "resources.jobs.*.environments[*].spec.dependencies[*]",
    "resources.pipelines.*.environment.dependencies[*]",
)


def unmatched_libraries(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A pipeline's glob that takes no source file: an error where its folder does not exist, else only a warning."""
    found = []
    for key, pipeline in resources(bundle, "pipelines").items():
        for index, library in enumerate(items(pipeline.get("libraries"))):
            pattern = get(library, "glob", "include")
            local = bundle.local(pattern) if isinstance(pattern, str) else None
            if local is None or any(path.suffix in _SOURCES for path in files(local)):
                continue
            at = bundle.location("resources", "pipelines", key, "libraries", index, "glob", "include")
            shown = os.path.relpath(local, bundle.root)
            folder = fixed_folder(shown) or "."
            if os.path.isdir(bundle.root / folder):
                summary = f"pipeline {key} has no source files: {shown} takes no .py or .sql file"
                found.append(Diagnostic(summary, f"Add one to {folder}, or correct the glob.", at, Severity.WARNING))
            else:
                remedy = f"There is no {folder}: create it, or correct the glob."
                found.append(Diagnostic(f"pipeline {key}: {shown} matches no file", remedy, at))
    return found


def missing_wheels_and_jars(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A wheel or jar of the bundle that is not there, and that no artifact builds."""
    built = list(_built(bundle))
    found = []
    for pattern in _LIBRARIES:
        for path, owner, step in each(bundle.config, pattern):
            text = owner[step] if isinstance(owner, list) else owner.get(step)
            # The files of a job that has its code in git are there, not here.
            if not _is_local_file(text) or get(bundle.config, *path[:3], "git_source"):
                continue
            local = Path(os.path.normpath(bundle.roots.sync / text))
            if not any(local.is_relative_to(folder) for folder in built) and not matching(str(local), bundle.root):
                remedy = "Build it, add an artifact that does, or correct the path."
                found.append(Diagnostic(f"{text} matches no file", remedy, bundle.location(*path)))
    return found


def _is_local_file(text: object) -> bool:
    if not isinstance(text, str) or not text.endswith((".whl", ".jar")) or text.startswith("-"):
        return False
    return is_local(text) and "${" not in text and "@" not in text


def unmatched_sync_patterns(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A pattern of `sync.include` or `sync.exclude` that matches nothing. A warning, as in the Databricks CLI."""
    entries = [
        (pattern, ("sync", field, index))
        for field in ("include", "exclude")
        for index, pattern in enumerate(items(get(bundle.config, "sync", field)))
        if isinstance(pattern, str) and pattern != "."
    ]
    nothing = unmatched(bundle.roots.sync, {pattern.removeprefix("!") for pattern, _ in entries})
    return [
        Diagnostic(f"{pattern} matches no file", "Correct it, or remove it.", bundle.location(*path), Severity.WARNING)
        for pattern, path in entries
        if pattern.removeprefix("!") in nothing
    ]


def _built(bundle: ResolvedBundle) -> Iterator[Path]:
    """The folders that files come into when artifacts are built."""
    artifacts = bundle.config.get("artifacts")
    for artifact in artifacts.values() if isinstance(artifacts, dict) else ():
        if get(artifact, "build"):
            sources = [get(file, "source") for file in items(get(artifact, "files"))]
            folders = [fixed_folder(source) for source in sources if isinstance(source, str)]
            yield from map(Path, folders or [str(get(artifact, "path"))])
