"""databricks.yml and the files it includes, merged into one tree.

Source: Databricks CLI, bundle/config/loader/*.go and bundle/config/root.go.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from local_runner.bundle.definitions import check_keys
from local_runner.bundle.globs import matching
from local_runner.bundle.normalise import normalise
from local_runner.bundle.report import Report
from local_runner.bundle.sections import ROOT
from local_runner.bundle.shapes import check_written_shapes
from local_runner.bundle.tree import List, Map, get, kind, merge
from local_runner.bundle.yaml_reader import read
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity, fail

ROOT_FILES = ("databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml")

# A target may override a variable by its value alone; these sets of keys mark a full definition instead.
_DEFINITIONS = (
    {"default", "type", "description"},
    {"default", "type"},
    {"default", "description"},
    {"lookup", "description"},
    {"default"},
    {"lookup"},
)


def load(root: Path, report: Report) -> Map:
    """The configuration of the bundle in folder `root` before a target is chosen.

    An included file that cannot be read is an error in `report`, and left out. Raises Failure when the root file cannot.
    """
    main = root_file(root)
    config = _load_file(main, report)
    patterns = config.get("include") or List()
    included = _included_files(root, patterns)
    if included:
        config["include"] = List([str(path.relative_to(root)) for path in included])
    else:
        config.drop("include")
    files = [config, *_load_files(included, report)]
    report += check_keys(files, root)
    for file in files[1:]:
        merge(config, file)
    return config


def _load_files(paths: list[Path], report: Report) -> list[Map]:
    files: list[Map] = []
    for path in paths:
        try:
            files.append(_load_file(path, report))
        except Failure as failure:
            report += failure.diagnostics
            report.add_unread(path)
            continue
        if files[-1].get("include"):
            at = files[-1].where.get("include")
            remedy = "Move it to databricks.yml: only its includes apply."
            report.append(Diagnostic("include outside databricks.yml", remedy, at, Severity.WARNING))
    return files


def root_file(root: Path) -> Path:
    """The one root configuration file of `root`. Raises Failure when there is none, or more than one."""
    found = [root / name for name in ROOT_FILES if (root / name).exists()]
    if not found:
        raise fail(f"no databricks.yml in {root}", "Name the bundle's folder with --bundle.")
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise fail(f"both {names} are in {root}", "Keep one of them.", Location(str(found[1])))
    return found[0]


def _included_files(root: Path, patterns: List) -> list[Path]:
    """The files that `patterns` match, in the order they are merged: pattern by pattern, sorted, the first match counts."""
    seen = set(ROOT_FILES)
    files: list[Path] = []
    errors: list[Diagnostic] = []
    for index, pattern in enumerate(patterns):
        at = patterns.place(index)
        if os.path.isabs(pattern):
            errors.append(Diagnostic(f"{pattern}: includes must be relative paths", "Start at the bundle's folder.", at))
            continue
        matches = matching(os.path.normpath(pattern), root)
        if not matches and not any(character in pattern for character in "*?["):
            errors.append(Diagnostic(f"{pattern} matches no file", "Correct the path, or remove the include.", at))
        new = sorted(name for name in matches if name not in seen)
        for name in new:
            if os.path.splitext(name)[1] not in (".yml", ".yaml", ".json"):
                remedy = "Only .yml, .yaml and .json can be included; files to upload belong to sync.include."
                errors.append(Diagnostic(f"{pattern} includes {name}, which is not YAML or JSON", remedy, at))
        seen.update(new)
        files += [root / name for name in new]
    if errors:
        raise Failure(*errors)
    return files


def _load_file(path: Path, report: list[Diagnostic]) -> Map:
    tree = read(path, report)
    if tree is None:
        return Map()
    if not isinstance(tree, Map):
        raise fail(
            f"expected a mapping, found {kind(tree)}", "Start with a key such as `resources:`.", Location(str(path), 1)
        )
    _expand_shorthands(tree)
    config = normalise(tree, ROOT, report, at=Location(str(path), 1))
    if wrong := list(check_written_shapes(config)):
        raise Failure(*wrong)
    return config


def _expand_shorthands(tree: Map) -> None:
    """In each target, make `variables: {x: value}` a definition: `variables: {x: {default: value}}`."""
    for section in ("targets", "environments"):
        targets = tree.get(section) or Map()
        if not isinstance(targets, Map):
            at = tree.where.get(section)
            raise fail(f"{section}: expected a mapping, found {kind(targets)}", "Write the targets by name.", at)
        for target in targets.values():
            variables = get(target, "variables")
            if isinstance(variables, Map):
                for name, value in variables.items():
                    variables[name] = _definition(value, variables.where.get(name), get(tree, "variables", name, "type"))


def _definition(value: Any, at: Location | None, type_: Any) -> Any:
    if value is None or (isinstance(value, dict) and set(value) in _DEFINITIONS):
        return value
    definition = Map({"default": value}, {"default": at} if at else {})
    if isinstance(value, dict | list) and type_ == "complex":
        definition["type"] = type_
    return definition
