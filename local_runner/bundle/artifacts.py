"""What is built before an upload: `artifacts`.

Source: Databricks CLI, bundle/artifacts/{prepare,expand_globs}.go.
"""

from __future__ import annotations

import os.path
from pathlib import Path

from local_runner.bundle.globs import matching
from local_runner.bundle.paths import is_local_dependency
from local_runner.bundle.tree import List, Map, each, get
from local_runner.diagnostics import Diagnostic, Location


def prepare_artifacts(config: Map, root: Path, report: list[Diagnostic]) -> None:
    """Give each artifact its folder, its command and its files, in place."""
    if "artifacts" not in config and _has_local_wheels(config) and (root / "setup.py").exists():
        config["artifacts"] = Map({"python_artifact": Map({"path": str(root), "type": "whl"})})
    artifacts = config.get("artifacts") or Map()
    for name, artifact in sorted(artifacts.items()):
        at = artifacts.where.get(name)
        if not artifact:
            report.append(Diagnostic(f"artifact {name} is empty", "Give it a `build` command or `files`.", at))
            continue
        _prepare(artifact, at, root, report)
        if artifact.get("type") == "whl" and get(config, "presets", "artifacts_dynamic_version"):
            artifact["dynamic_version"] = True


def _prepare(artifact: Map, at: Location | None, root: Path, report: list[Diagnostic]) -> None:
    folder = os.path.dirname(at.file) if at else str(root)
    files = artifact.get("files") or List()
    for entry in files:
        entry["source"] = os.path.normpath(os.path.join(folder, entry.get("source") or ""))
    artifact["path"] = os.path.join(folder, artifact.get("path") or str(root))
    if artifact.get("type") == "whl" and not files:
        if not artifact.get("build"):
            artifact["build"] = "python3 setup.py bdist_wheel"
        artifact["files"] = List([Map({"source": os.path.join(artifact["path"], "dist", "*.whl")})])
    if not artifact.get("build"):
        if not files:
            report.append(
                Diagnostic("the artifact has nothing to build or upload", "Give it a `build` command or `files`.", at)
            )
        else:
            artifact["files"] = _expanded(files, root, report)


def _expanded(files: List, root: Path, report: list[Diagnostic]) -> List:
    """The entries with each glob replaced by the files it matches."""
    out = List()
    for index, entry in enumerate(files):
        matches = matching(entry["source"], root)
        if not matches:
            remedy = "Build the files first, or correct the pattern."
            report.append(Diagnostic(f"{entry['source']} matches no file", remedy, files.place(index)))
        entries = [entry] if matches == [entry["source"]] else [Map({"source": match}) for match in matches]
        out += entries
        out.where += [files.place(index)] * len(entries)
    return out


def _has_local_wheels(config: Map) -> bool:
    libraries = each(config, "resources.jobs.*.tasks[*].libraries[*].whl")
    dependencies = each(config, "resources.jobs.*.environments[*].spec.dependencies[*]")
    return any(is_local_dependency(owner.get(key) or "") for _, owner, key in libraries) or any(
        is_local_dependency(owner[key]) for _, owner, key in dependencies
    )
