"""The bundle's targets: whether each resolves, its host and the profile for it, and the placeholders that are left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_runner.bundle import ResolvedBundle, resolve, target_names
from local_runner.bundle.tree import get
from local_runner.diagnostics import Failure
from scripts.checks.placeholders import is_placeholder, placeholders
from scripts.doctor.line import Line, Status, error, ok, told, warning
from scripts.findings import merged
from scripts.profiles import profiles_of


def resolved(root: Path) -> dict[str, ResolvedBundle]:
    """The bundle in each of its targets. Raises Failure where it cannot be read."""
    names = target_names(root)
    # In threads: most of the work is in other processes.
    with ThreadPoolExecutor() as pool:
        return dict(zip(names, pool.map(lambda name: resolve(root, name), names), strict=True))


def required_cli(bundles: Iterable[ResolvedBundle]) -> str:
    """What the bundle says of the CLI's version, nothing where it says nothing."""
    return next((found for bundle in bundles if (found := get(bundle.config, "bundle", "databricks_cli_version"))), "")


def bundle_lines(bundles: Mapping[str, ResolvedBundle]) -> list[Line]:
    """A line for all targets where they resolve; one for each that does not."""
    broken = {target: bundle.errors for target, bundle in bundles.items() if bundle.errors}
    if not broken:
        return [ok("bundle", f"resolves in {', '.join(bundles)}")]
    counts = {target: f"{len(errors)} error{'' if len(errors) == 1 else 's'}" for target, errors in broken.items()}
    return [error("bundle", f"{counts[target]} in {target}", f"just check {target}") for target in broken]


def target_line(target: str, bundle: ResolvedBundle) -> Line:
    """The workspace of a target, and the profile that the Databricks CLI finds for it."""
    name = f"target {target}"
    host = get(bundle.config, "workspace", "host")
    if not host:
        return warning(name, "names no workspace", f"Write its address as workspace.host of the target {target}.")
    if is_placeholder(host):
        at = bundle.location("workspace", "host")
        place = f" ({at.relative_to(Path.cwd())})" if at else ""
        return warning(name, f"{host} is a placeholder{place}", "Write the address of the target's workspace.")
    try:
        profiles = profiles_of(bundle)
    except Failure as failure:
        return told(name, Status.WARNING, failure.diagnostics[0])
    if not profiles:
        return warning(name, f"{host}, and no profile for it", f"just login {target}")
    if len(profiles) > 1:
        remedy = "Remove all but one, or name the one to use: export DATABRICKS_CONFIG_PROFILE=…"
        return warning(name, f"{host}, and several profiles for it: {', '.join(profiles)}", remedy)
    return ok(name, f"{host}, profile {profiles[0]}")


def placeholder_lines(bundles: Mapping[str, ResolvedBundle]) -> list[Line]:
    """A line for each placeholder that is left; those for hosts are in the targets' own lines."""
    left = {
        target: [one for one in placeholders(bundle) if one.location != bundle.location("workspace", "host")]
        for target, bundle in bundles.items()
    }
    found = [finding.diagnostic for finding in merged(left, Path.cwd())]
    return [told("placeholder", Status.WARNING, diagnostic) for diagnostic in found]
