"""Hosts and principals that nobody has filled in."""

import re
from collections.abc import Iterator
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import Path, each, get
from local_runner.diagnostics import Diagnostic, Location, Severity

_PLACEHOLDER = re.compile(
    r"""
    (replace|change|fill|insert)[-_ ]?(me|this|in)\b | \byour[-_ ] | <[^<>]+> | \bx{4,}\b
    | placeholder | \btodo\b | \bfixme\b | (^|[/@.])example\.(com|org|net)\b | ^0{8}-0{4}-0{4}-0{4}-0{12}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REMEDIES = {
    "host": "Write the address of the target's workspace.",
    "principal": "Write the service principal's application id, the user's email or the group's name.",
}
_PRINCIPALS = ("service_principal_name", "user_name", "group_name")
_GRANTS = ("run_as", "permissions[*]", "resources.*.*.run_as", "resources.*.*.permissions[*]")


def placeholders(bundle: ResolvedBundle) -> list[Diagnostic]:
    """Each placeholder once, where it is written: a warning in a target of mode development, an error in any other."""
    development = get(bundle.config, "bundle", "mode") == "development"
    severity = Severity.WARNING if development else Severity.ERROR
    found = {}
    for what, path, text in [*_hosts(bundle), *_principals(bundle)]:
        if (what, text) not in found and is_placeholder(text):
            remedy = _REMEDIES[what]
            at = _written(bundle, text, path)
            found[what, text] = Diagnostic(f"the {what} {text} is a placeholder", remedy, at, severity)
    return list(found.values())


def is_placeholder(text: str) -> bool:
    """Whether `text` stands where somebody is to write something else."""
    return _PLACEHOLDER.search(text) is not None


def _hosts(bundle: ResolvedBundle) -> Iterator[tuple[str, Path, str]]:
    host = get(bundle.config, "workspace", "host")
    if isinstance(host, str):
        yield "host", ("workspace", "host"), host


def _principals(bundle: ResolvedBundle) -> Iterator[tuple[str, Path, str]]:
    deployer = get(bundle.config, "workspace", "current_user", "userName")
    fields = [f"{owner}.{field}" for owner in _GRANTS for field in _PRINCIPALS] + ["resources.*.*.grants[*].principal"]
    for field in fields:
        for path, owner, key in each(bundle.config, field):
            text: Any = owner.get(key) if isinstance(owner, dict) else None
            if isinstance(text, str) and text != deployer:
                yield "principal", path, text


def _written(bundle: ResolvedBundle, text: str, path: Path) -> Location | None:
    """Where `text` was written: in a variable's value, or else where it is used."""
    for name, variable in (get(bundle.config, "variables") or {}).items():
        if get(variable, "value") == text:
            return bundle.location("variables", name, "value")
    return bundle.location(*path)
