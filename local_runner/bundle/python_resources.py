"""Resources and mutators written in Python, run as the Databricks CLI runs them: `python -m databricks.bundles.build`.

Source: Databricks CLI, bundle/config/mutator/python/*.go.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from local_runner.bundle.python_errors import diagnostic, location
from local_runner.bundle.report import Report
from local_runner.bundle.tree import List, Map, get, section
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity, fail

_ENTRY = str(Path(__file__).with_name("python_entry.py"))
_NO_CODE = "DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION"
_STEP = re.compile(r"[^.\[\]]+")


def share_python_section(config: Map) -> None:
    """Show `python` as `experimental.python` too, where older versions of databricks-bundles look for it."""
    if "python" in config and get(config, "experimental", "python") is None:
        section(config, "experimental")["python"] = config["python"]


def run_phase(phase: str, config: Map, root: Path, report: Report) -> tuple[Map, Map]:
    """Run `load_resources` or `apply_mutators` over `config`, which it leaves as it is.

    Returns the added and the changed resources, as kind -> key -> resource: of resources of which some cannot be loaded,
    the others. `report` gets what Python reported. Raises Failure when Python does not start.
    """
    python = config.get("python") or get(config, "experimental", "python") or {}
    if not python.get("resources" if phase == "load_resources" else "mutators"):
        return Map(), Map()
    if os.environ.get(_NO_CODE):
        raise fail(f"Python resources are not loaded while {_NO_CODE} is set", "Unset it to run the bundle's Python code.")
    with tempfile.TemporaryDirectory(prefix="bundle-python-") as folder:
        files = {name: Path(folder, f"{name}.json") for name in ("input", "output", "diagnostics", "locations")}
        files["input"].write_text(json.dumps(config), encoding="utf-8")
        result = _run(_interpreter(python.get("venv_path"), root, report), phase, files, root)
        places = _Places(_read_lines(files["locations"]), root)
        found = [_placed(diagnostic(entry, root), entry, places) for entry in _read_lines(files["diagnostics"])]
        report += found
        if phase == "load_resources":
            _note_unread(found, python["resources"], root, report)
        if result.returncode and not found:
            raise _did_not_start(result.stderr)
        output = json.loads(files["output"].read_bytes())
    return _differences(config, output, places, phase)


def _interpreter(venv: str | None, root: Path, report: list[Diagnostic]) -> str:
    if not venv:
        return sys.executable
    folder = root / venv
    for name in ("bin/python3", "bin/python", "Scripts/python.exe"):
        if (folder / name).exists():
            return str(folder / name)
    summary = f"there is no virtual environment {venv}: the Python that runs this command loads the resources"
    report.append(Diagnostic(summary, "Create it, for example with `uv sync`.", severity=Severity.WARNING))
    return sys.executable


def _run(interpreter: str, phase: str, files: dict[str, Path], root: Path) -> subprocess.CompletedProcess[str]:
    arguments = [argument for name, path in files.items() for argument in (f"--{name}", str(path))]
    command = [interpreter, _ENTRY, "--phase", phase, *arguments]
    return subprocess.run(  # noqa: S603 - the bundle's own interpreter, arguments without a shell
        command, cwd=root, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )


def _note_unread(found: list[Diagnostic], functions: list[str], root: Path, report: Report) -> None:
    """Note the file of each error; where one has no file, the whole packages that resources are loaded from."""
    for error in found:
        if error.severity is Severity.ERROR and error.location:
            report.add_unread(Path(error.location.file))
        elif error.severity is Severity.ERROR:
            for function in functions:
                report.add_unread(root / function.partition(":")[0].replace(".", "/"))


def _did_not_start(output: str) -> Failure:
    if "No module named 'databricks" in output:
        remedy = "Install it in the bundle's virtual environment: databricks-bundles."
        return fail("databricks-bundles is not installed where the bundle's Python resources are loaded", remedy)
    return fail("loading the bundle's Python resources failed", "See its output above.", detail=output.strip())


def _placed(diagnostic: Diagnostic, entry: dict[str, Any], places: _Places) -> Diagnostic:
    """`diagnostic` with the place of the resource it is about, where it has none of its own."""
    if diagnostic.location or not entry.get("path"):
        return diagnostic
    return replace(diagnostic, location=places.at(tuple(_steps(entry["path"]))))


def _read_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


class _Places:
    """Where Python defined the values at each path; a value within takes the place of the nearest one around it."""

    def __init__(self, entries: list[dict[str, Any]], root: Path) -> None:
        self._places = {tuple(_steps(entry["path"])): location(entry, root) for entry in entries}

    def at(self, path: tuple[str | int, ...]) -> Location | None:
        return self._places.get(path)

    def tree(self, value: Any, path: tuple[str | int, ...]) -> Any:
        """`value` as a tree, with the places known within it."""
        if isinstance(value, dict):
            items = {key: self.tree(item, (*path, key)) for key, item in value.items()}
            return Map(items, {key: place for key in value if (place := self.at((*path, key)))})
        if isinstance(value, list):
            indices = range(len(value))
            return List([self.tree(value[i], (*path, i)) for i in indices], [self.at((*path, i)) for i in indices])
        return value


def _steps(path: str) -> Iterator[str | int]:
    for step in _STEP.findall(path):
        yield int(step) if step.isdigit() else step


def _differences(config: Map, output: dict[str, Any], places: _Places, phase: str) -> tuple[Map, Map]:
    added, changed = Map(), Map()
    for kind, items in (output.get("resources") or {}).items():
        known = get(config, "resources", kind) or Map()
        for key, item in (items or {}).items():
            path = ("resources", kind, key)
            if key not in known:
                section(added, kind).put(key, places.tree(item, path), places.at(path))
            elif item != known[key]:
                updated = _overlay(known[key], places.tree(item, path))
                if updated != known[key]:
                    section(changed, kind).put(key, updated, places.at(path) or known.where.get(key))
    if changed and phase == "load_resources":
        _refuse(changed, "Python resources redefine", "Give the resource in Python another key; change it in a mutator.")
    if added and phase == "apply_mutators":
        _refuse(added, "Python mutators add", "Add resources in `python.resources` instead.")
    return added, changed


def _refuse(resources: Map, summary: str, remedy: str) -> None:
    raise Failure(
        *(
            Diagnostic(f"{summary} resources.{kind}.{key}", remedy, items.where.get(key))
            for kind, items in resources.items()
            for key in items
        )
    )


def _overlay(old: Any, new: Any) -> Any:
    """`new`, with the places of what `old` has too, and with its empty containers, which Python leaves out."""
    if isinstance(old, Map) and isinstance(new, Map):
        out = Map()
        for key, value in old.items():
            if key not in new and not value and isinstance(value, dict | list | None):
                out.put(key, value, old.where.get(key))
        for key, value in new.items():
            merged = _overlay(old[key], value) if key in old else value
            out.put(key, merged, old.where.get(key) if key in old and merged == old[key] else new.where.get(key))
        return out
    if isinstance(old, List) and isinstance(new, List):
        items = [_overlay(old[i], item) if i < len(old) else item for i, item in enumerate(new)]
        return List(items, [old.place(i) if i < len(old) else new.place(i) for i in range(len(new))])
    return old if old == new and type(old) is type(new) else new
