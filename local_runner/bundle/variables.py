"""The values of a bundle's variables: `--var`, then the environment, the overrides file, the default.

Source: Databricks CLI, bundle/config/mutator/set_variables.go.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_runner.bundle.report import Report
from local_runner.bundle.tree import Map, kind
from local_runner.bundle.yaml_reader import read
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity, fail

ENVIRONMENT_PREFIX = "BUNDLE_VAR_"


def overrides_file(root: Path, target: str) -> Path:
    return root / ".databricks" / "bundle" / target / "variable-overrides.json"


def set_variables(config: Map, root: Path, target: str, given: Mapping[str, str], report: Report) -> None:
    """Give each variable its `value`; one that is looked up in a workspace stays without, and the report says so.

    One that has no value is an error in `report`. Raises Failure when the overrides file cannot be read.
    """
    variables = config.get("variables") or Map()
    report += [_undefined(name, variables) for name in given if name not in variables]
    overrides = _read_overrides(overrides_file(root, target), report)
    for name, definition in variables.items():
        variable = variables[name] = definition or Map()
        try:
            _set(name, variable, given, overrides, variables.where.get(name), report)
        except Failure as failure:
            if not report.may_define(name):
                report += failure.diagnostics


def _set(
    name: str,
    variable: Map,
    given: Mapping[str, str],
    overrides: Map,
    at: Location | None,
    report: list[Diagnostic],
) -> None:
    environment = ENVIRONMENT_PREFIX + name
    is_complex = variable.get("type") == "complex"
    if variable.get("value") is not None and name not in given:
        return
    text = given.get(name, os.environ.get(environment))
    if text is not None:
        if is_complex:
            source = "--var" if name in given else environment
            raise fail(f"{source} cannot set {name}, which is complex", "Set it in a target, or in the overrides file.", at)
        variable["value"] = text
    elif variable.get("lookup"):
        what = ", ".join(f"{key} {value!r}" for key, value in variable["lookup"].items())
        summary = f"variable {name} is looked up in a workspace ({what})"
        remedy = f"References to it stay. Give its value with --var {name}=… to resolve them."
        report.append(Diagnostic(summary, remedy, at, Severity.WARNING))
    elif overrides.get(name) is not None:
        value, place = overrides[name], overrides.where.get(name)
        if is_complex != isinstance(value, dict | list):
            wanted = "a mapping or a list" if is_complex else "a single value"
            raise fail(f"variable {name} takes {wanted}, found {kind(value)}", "Correct the overrides file.", place)
        variable.put("value", value, place)
    elif variable.get("default") is not None:
        variable.put("value", variable["default"], variable.where.get("default"))
    else:
        remedy = f"Give it a default, or a value with --var {name}=… or {environment}."
        raise fail(f"no value assigned to required variable {name}", remedy, at)


def _undefined(name: str, variables: Map) -> Diagnostic:
    close = difflib.get_close_matches(name, variables, n=1)
    remedy = f"Did you mean {close[0]}?" if close else "Define it under `variables` in databricks.yml."
    return Diagnostic(f"--var {name}: there is no such variable", remedy)


def _read_overrides(path: Path, report: list[Diagnostic]) -> Map:
    if not path.exists():
        return Map()
    overrides: Any = read(path, report)
    if not isinstance(overrides, Map):
        raise fail("the variable overrides are not a JSON object", 'Write {"variable": "value", …}.', Location(str(path), 1))
    return overrides


def names_without_value(config: Map) -> set[str]:
    """The variables whose value only a workspace knows, or that have been given none."""
    variables = config.get("variables") or {}
    return {name for name in variables if "value" not in variables[name]}
