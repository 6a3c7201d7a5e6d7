"""Pipelines beside a schema of their pair that write to another one."""

from pathlib import PurePath

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic, Severity
from scripts.checks.walk import resources


def undeclared_schemas(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A pipeline whose schema the bundle does not declare, though its pair, `resources/<domain>/<source>/`, declares others.

    The workspace may have it, so it is a warning.
    """
    names = {key: _name(bundle, "schemas", key, "catalog_name", "name") for key in resources(bundle, "schemas")}
    declared = {name.lower() for name in names.values()}
    beside: dict[PurePath, list[str]] = {}
    for key, name in names.items():
        if folder := _pair(bundle, "schemas", key):
            beside.setdefault(folder, []).append(name)
    found = []
    is_told = not any("${" in name for name in declared)
    for key, pipeline in resources(bundle, "pipelines").items():
        of_pair = beside.get(_pair(bundle, "pipelines", key))
        name = _name(bundle, "pipelines", key, "catalog", "schema")
        if not of_pair or not pipeline.get("schema") or not is_told or "${" in name or name.lower() in declared:
            continue
        summary = f"pipeline {key} writes to a schema that the bundle does not declare, and its pair declares another"
        # Here, as names differ by target.
        remedy = f"It writes to {name}, and {' and '.join(of_pair)} is declared: correct one of them, or declare {name} too."
        found.append(Diagnostic(summary, remedy, bundle.location("resources", "pipelines", key, "schema"), Severity.WARNING))
    return found


def _name(bundle: ResolvedBundle, kind: str, key: str, *fields: str) -> str:
    """The full name of a schema as a deployment sets it; with a reference in it where only that tells."""
    return ".".join(str(bundle.deployed("resources", kind, key, field)) for field in fields)


def _pair(bundle: ResolvedBundle, kind: str, key: str) -> PurePath | None:
    """The folder of the pair that a resource is defined in; None where it is in none."""
    place = bundle.location("resources", kind, key)
    folder = PurePath(place.relative_to(bundle.root).file).parent if place else PurePath()
    return folder if folder.parts[:1] == ("resources",) and len(folder.parts) == 3 else None
