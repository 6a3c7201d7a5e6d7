"""Settings that a pipeline's code reads, and that the pipeline does not have."""

from local_runner.diagnostics import Diagnostic, Severity
from scripts.checks.suggest import Names, did_you_mean
from scripts.lineage import Lineage


def missing_settings(lineage: Lineage) -> list[Diagnostic]:
    """`spark.conf.get("x")` without a default, or `${x}` in SQL, where the pipeline's `configuration` has no x.

    Code that is imported may set it, so it is a warning.
    """
    found = []
    for key, missing in lineage.missing_settings.items():
        names = Names(lineage.settings[key])
        for setting in missing:
            summary = f"the setting {setting.name} is read, and the pipeline {key} has none of that name"
            remedy = did_you_mean(names.closest(setting.name), f"Add {setting.name} to its `configuration`.")
            found.append(Diagnostic(summary, remedy, setting.location, Severity.WARNING))
    return found
