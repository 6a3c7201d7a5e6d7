"""Tables that would be written by more than one or by none, and source files that define none."""

import re
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Severity
from local_runner.tables.fixtures import Fixtures
from scripts.checks.suggest import Names
from scripts.lineage import Dataset, Kind, Lineage

_USE = re.compile(rb"^\s*USE\b", re.IGNORECASE | re.MULTILINE)


def unreadable_sources(lineage: Lineage) -> list[Diagnostic]:
    """A pipeline's source file that is not valid Python or SQL."""
    return list(lineage.problems)


def tables_written_twice(lineage: Lineage) -> list[Diagnostic]:
    """A table that two pipelines write, or that one pipeline defines twice."""
    found = []
    for name, datasets in lineage.producers.items():
        pipelines = sorted({dataset.pipeline for dataset in datasets})
        if len(pipelines) > 1:
            *others, last = pipelines
            first = next(dataset for dataset in datasets if dataset.pipeline == pipelines[0])
            second = next(dataset for dataset in datasets if dataset.pipeline == last)
            summary = f"the table {name.table} is written by the pipelines {', '.join(others)} and {last}"
            remedy = "Let one pipeline write it, or give each pipeline a schema of its own."
            found.append(_twice(summary, remedy, first, second, lineage))
            continue
        definitions = [dataset for dataset in datasets if dataset.kind is not Kind.FLOW]
        for definition in definitions[1:]:
            summary = f"{name.table} is defined twice in the pipeline {definition.pipeline}"
            found.append(_twice(summary, "Give each a name of its own.", definitions[0], definition, lineage))
    return found


def _twice(summary: str, remedy: str, first: Dataset, second: Dataset, lineage: Lineage) -> Diagnostic:
    detail = "" if first.location == second.location else f"also at {first.location.relative_to(lineage.root)}"
    return Diagnostic(summary, remedy, second.location, detail=detail)


def unknown_tables(lineage: Lineage, fixtures: Fixtures) -> list[Diagnostic]:
    """A table in a schema of the bundle that is read, and that no pipeline makes and no fixture gives.

    The workspace may have it, so it is a warning. In a schema that no pipeline writes to, it is taken to be there.
    """
    schemas = {(names.catalog.lower(), names.schema.lower()) for names in lineage.names.values()}
    missing = {
        read: dataset.pipeline
        for dataset in lineage.datasets
        for read in dataset.reads
        if read.name[:2] in schemas and read.name not in lineage.producers and not fixtures.table_file(*read.name)
    }
    if not missing:
        return []
    vague = _vague_pipelines(lineage)
    known = {name.table: None for name in lineage.producers} | {name.table: None for name in fixtures.tables()}
    names = Names(known)
    found = []
    for read, reader in missing.items():
        schema = read.name[:2]
        makers = {key for key, one in lineage.names.items() if (one.catalog.lower(), one.schema.lower()) == schema}
        if vague & {reader, *makers}:
            continue
        file = fixtures.schema_folders(*schema)[-1] / f"{read.name.table}.csv"
        table = ".".join([*file.relative_to(fixtures.folder).parts[:-1], file.stem])
        close = names.closest(read.name.table)
        remedy = f"Did you mean {close}? " if close else ""
        remedy += f"Where the workspace has it, add a fixture for local runs: {file.relative_to(lineage.root)}"
        summary = f"{table} is read, and no pipeline here makes it and no fixture gives it"
        found.append(Diagnostic(summary, remedy, read.location, Severity.WARNING))
    return found


def _vague_pipelines(lineage: Lineage) -> set[str]:
    """The pipelines of which some tables cannot be told: a name is computed, a file broken, or USE changes names."""
    broken = {Path(problem.location.file) for problem in lineage.problems if problem.location}
    computed = {dataset.pipeline for dataset in lineage.datasets if dataset.name is None}
    return computed | {key for key, files in lineage.files.items() if any(file in broken or _uses(file) for file in files)}


def _uses(file: Path) -> bool:
    return file.suffix == ".sql" and _USE.search(file.read_bytes()) is not None
