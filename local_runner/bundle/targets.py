"""The target: chosen by name or default, then laid over the rest of the configuration.

Source: Databricks CLI, bundle/config/root.go (MergeTargetOverrides) and bundle/config/mutator/select_*target.go.
"""

from __future__ import annotations

import difflib

from local_runner.bundle.report import Report
from local_runner.bundle.tree import Map, copy, get, merge, section
from local_runner.diagnostics import Diagnostic, Severity, fail

_MERGED = ("bundle", "workspace", "artifacts", "resources", "sync", "permissions", "presets")


def select_target(config: Map, name: str | None, report: Report) -> tuple[str, Map]:
    """The chosen target's name and its definition as it is written, after laying it over `config`.

    Raises Failure when no target can be chosen, or the target does not fit the configuration.
    """
    _rename_deprecated(config, report)
    targets = config.drop("targets") or Map({"default": Map()})
    name = chosen(targets, name)
    target = targets[name] or Map()
    _overlay(config, copy(target), report)
    bundle = section(config, "bundle")
    bundle.put("target", name, targets.where.get(name))
    bundle["environment"] = name
    return name, target


def chosen(targets: Map, name: str | None) -> str:
    """`name` where it is one of `targets`, or the default one's where it is None. Raises Failure where there is none."""
    if name is None:
        return _default(targets)
    if name not in targets:
        close = difflib.get_close_matches(name, targets, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        at = next(iter(targets.where.values()), None)
        raise fail(f"no target named {name}", f"{hint}The targets are: {', '.join(targets)}.", at)
    return name


def _default(targets: Map) -> str:
    if len(targets) == 1:
        return next(iter(targets))
    defaults = [name for name, target in targets.items() if get(target, "default") is True]
    if len(defaults) == 1:
        return defaults[0]
    names = ", ".join(defaults or targets)
    if defaults:
        raise fail(
            f"several targets are marked as default: {names}", "Keep `default: true` on one.", targets.where[defaults[1]]
        )
    at = next(iter(targets.where.values()), None)
    raise fail("no target is marked as default", f"Name one with --target: {names}.", at)


def _overlay(config: Map, target: Map, report: Report) -> None:
    for name in _MERGED:
        if name in target:
            config.put(
                name, merge(config.get(name), target[name], (name,)), config.where.get(name) or target.where.get(name)
            )
    _override_variables(config, target, report)
    if "run_as" in target:
        config.put("run_as", target["run_as"], target.where.get("run_as"))
    bundle = section(config, "bundle")
    for name in ("mode", "cluster_id"):
        if name in target:
            bundle.put(name, target[name], target.where.get(name))
    if target.get("git"):
        bundle["git"] = merge(bundle.get("git"), target["git"], ("bundle", "git"))


def _override_variables(config: Map, target: Map, report: Report) -> None:
    """A target's default or lookup replaces the variable's own, of whatever kind that was."""
    variables = config.get("variables") or Map()
    overrides = target.get("variables") or Map()
    for name, override in overrides.items():
        if name not in variables and report.may_define(name):
            continue
        if name not in variables:
            close = difflib.get_close_matches(name, variables, n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Define it under `variables` at the top level."
            raise fail(f"variable {name} is not defined but is assigned a value", remedy, overrides.where.get(name))
        variable = variables[name] = variables[name] or Map()
        for field, other in (("default", "lookup"), ("lookup", "default")):
            if override and field in override:
                variable.put(field, override[field], override.where.get(field))
                variable.drop(other)


def _rename_deprecated(config: Map, report: list[Diagnostic]) -> None:
    if "environments" in config:
        at = config.where.get("environments")
        if "targets" in config:
            raise fail("both environments and targets are defined", "Keep targets only.", at)
        config.put("targets", config.drop("environments"), at)
    places = [config.get("bundle"), *(config.get("targets") or {}).values()]
    for place in places:
        if isinstance(place, Map) and "compute_id" in place:
            at = place.where.get("compute_id")
            report.append(Diagnostic("compute_id is deprecated", "Use cluster_id instead.", at, Severity.WARNING))
            place.put("cluster_id", place.drop("compute_id"), at)
