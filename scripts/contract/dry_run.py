"""The final tables that the code makes, from a dry run of the pipelines that have any."""

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity
from scripts.contract.tables import NOT_NULL, Column, Table, Tables, flat
from scripts.lineage import source_files

_UNPUBLISHED = ("temporary view", "sink")


def pipelines(bundle: ResolvedBundle) -> dict[str, set[str]]:
    """The pairs whose final tables each pipeline makes, by its key, for those that make any."""
    found = {}
    for key, pipeline in (bundle.value.get("resources", {}).get("pipelines") or {}).items():
        if of := {pair for file in source_files(bundle, pipeline) if (pair := pair_of(file, bundle.root))}:
            found[key] = of
    return found


def pair_of(file: Path, root: Path) -> str | None:
    """The `<domain>/<source>` whose final table `file` defines; None where it defines none."""
    parts = file.relative_to(root).parts if file.is_relative_to(root) else ()
    is_final = len(parts) >= 5 and (parts[0], parts[3]) == ("src", "transformations") and file.name.startswith("final_")
    return f"{parts[1]}/{parts[2]}" if is_final else None


def dry_run(root: Path, keys: list[str]) -> list[dict[str, Any]]:
    """The datasets of the pipelines `keys`, as the local runner describes them. Raises Failure where one does not work."""
    if not keys:
        return []
    command = [sys.executable, "-m", "local_runner", "run", *(f"pipelines.{key}" for key in keys)]
    options = ["--dry-run", "--output=json", f"--bundle={root}"]
    done = subprocess.run([*command, *options], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - no shell
    datasets = [json.loads(line) for line in done.stdout.splitlines()]
    if problems := [_diagnostic(dataset["problem"]) for dataset in datasets if dataset["problem"]]:
        raise Failure(*problems)
    if done.returncode:
        sys.exit(done.returncode)  # It has said why.
    return datasets


def final_tables(datasets: list[dict[str, Any]], root: Path) -> dict[str, Tables]:
    """The final tables among `datasets`, by pair."""
    found: dict[str, dict[str, Table]] = defaultdict(dict)
    for dataset in datasets:
        location = Location(**dataset["location"])
        pair = pair_of(Path(location.file), root)
        if pair and dataset["kind"] not in _UNPUBLISHED and not dataset["private"]:
            found[pair][dataset["name"]] = Table(_columns(dataset, location), location)
    return dict(found)


def _columns(dataset: dict[str, Any], location: Location) -> dict[str, Column]:
    columns = {name: of for column, type_ in dataset["columns"].items() for name, of in flat(column, type_)}
    return {
        name: Column(type_ + NOT_NULL if name in dataset["not_null"] else type_, location) for name, type_ in columns.items()
    }


def _diagnostic(value: dict[str, Any]) -> Diagnostic:
    location = value["location"] and Location(**value["location"])
    return Diagnostic(**{**value, "location": location, "severity": Severity(value["severity"])})
