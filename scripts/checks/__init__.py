"""The rules that a bundle is checked against, beyond what resolving it finds.

Each is a function of the bundle, or of its lineage, that returns what it finds wrong. A rule says only what is true of any
bundle it is given: where a value is not known before a deployment, or where resolving went wrong, it is silent.
"""

from local_runner.bundle import ResolvedBundle
from local_runner.diagnostics import Diagnostic
from local_runner.pipeline.spec import fixtures_of
from scripts.checks import (
    compute,
    dependencies,
    files,
    includes,
    layers,
    names,
    namespaces,
    owners,
    parameters,
    placeholders,
    references,
    settings,
    tables,
)
from scripts.lineage import lineage

BUNDLE_RULES = (
    includes.unmatched_includes,
    files.unmatched_sync_patterns,
    files.unmatched_libraries,
    files.missing_wheels_and_jars,
    references.missing_resources,
    references.missing_tasks_and_environments,
    names.shared_keys,
    names.shared_display_names,
    names.shared_task_keys,
    namespaces.undeclared_schemas,
    parameters.undeclared_parameters,
    compute.serverless_with_cluster,
    dependencies.mangled_dependencies,
    placeholders.placeholders,
    owners.owners,
)
LINEAGE_RULES = (
    tables.unreadable_sources,
    tables.tables_written_twice,
    settings.missing_settings,
    layers.reads_against_the_layers,
    layers.reads_of_another_domain,
)


def check(bundle: ResolvedBundle) -> list[Diagnostic]:
    """All that is wrong with `bundle`: what resolving it found, and what each rule finds.

    Where resolving could not finish, a rule would take for missing what only has not been read yet: none is asked.
    """
    found = list(bundle.diagnostics)
    if not bundle.finished:
        return found
    for rule in BUNDLE_RULES:
        found += rule(bundle)
    datasets = lineage(bundle)
    for rule in LINEAGE_RULES:
        found += rule(datasets)
    return found + tables.unknown_tables(datasets, fixtures_of(bundle))
