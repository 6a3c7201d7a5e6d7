"""Tables that would be written by more than one, and source files that define none."""

from local_runner.diagnostics import Diagnostic
from scripts.lineage import Dataset, Kind, Lineage


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
