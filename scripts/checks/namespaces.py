"""Pipelines beside a schema of their pair that write to another one."""

from pathlib import PurePath

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic, Severity
from scripts.checks.walk import resources


def undeclared_schemas(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A pipeline whose schema the bundle does not declare, though its pair, `resources/<domain>/<source>/`, declares others.

    The workspace may have it, so it is a warning.
    """
    schemas = {key: bundle.deployed("resources", "schemas", key) for key in resources(bundle, "schemas")}
    names = {key: f"{schema.get('catalog_name')}.{schema.get('name')}" for key, schema in schemas.items()}
    declared = {name.lower() for name in names.values()}
    beside: dict[PurePath, list[str]] = {}
    for key, name in names.items():
        if folder := _pair(bundle, "schemas", key):
            beside.setdefault(folder, []).append(name)
    found = []
    for key in resources(bundle, "pipelines"):
        pipeline = bundle.deployed("resources", "pipelines", key)
        name = f"{pipeline.get('catalog')}.{pipeline.get('schema')}"
        of_pair = beside.get(_pair(bundle, "pipelines", key)) or []
        if not of_pair or not pipeline.get("schema") or "${" in f"{name} {declared}" or name.lower() in declared:
            continue
        summary = f"pipeline {key} writes to a schema that the bundle does not declare, and its pair declares another"
        # Here, as names differ by target.
        remedy = f"It writes to {name}, and {' and '.join(of_pair)} is declared: correct one of them, or declare {name} too."
        found.append(Diagnostic(summary, remedy, bundle.location("resources", "pipelines", key, "schema"), Severity.WARNING))
    return found


def _pair(bundle: ResolvedBundle, kind: str, key: str) -> PurePath | None:
    """The folder of the pair that a resource is defined in; None where it is in none."""
    place = bundle.location("resources", kind, key)
    folder = PurePath(place.relative_to(bundle.root).file).parent if place else PurePath()
    return folder if folder.parts[:1] == ("resources",) and len(folder.parts) == 3 else None
