"""Resources brought to their final form: those from YAML first, then those from Python.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/{process_static_resources,resource_mutator}.go.
"""

from __future__ import annotations

from local_runner.bundle.alerts import read_alerts
from local_runner.bundle.compute import fix_clusters, override_compute
from local_runner.bundle.defaults import set_defaults
from local_runner.bundle.dependencies import capture_dependencies
from local_runner.bundle.field_checks import check_fields
from local_runner.bundle.keyed_lists import merge_keyed_lists, repeated_tasks
from local_runner.bundle.libraries import expand_pipeline_libraries
from local_runner.bundle.normalise import normalise
from local_runner.bundle.paths import Roots, normalise_paths, translate_serialised_paths
from local_runner.bundle.permissions import add_deployer, apply_bundle_permissions
from local_runner.bundle.presets import apply_presets
from local_runner.bundle.python_resources import run_phase, share_python_section
from local_runner.bundle.references import Resolver
from local_runner.bundle.report import Report
from local_runner.bundle.run_as import apply_run_as
from local_runner.bundle.sections import RESOURCES
from local_runner.bundle.serialised import read_serialised
from local_runner.bundle.serving import convert_served_models
from local_runner.bundle.shapes import check_resource_shapes
from local_runner.bundle.tags import Cloud
from local_runner.bundle.tree import Map, section
from local_runner.diagnostics import Diagnostic, Failure


def process_static_resources(config: Map, roots: Roots, cloud: Cloud, resolver: Resolver, report: list[Diagnostic]) -> None:
    """Finish the resources written in YAML."""
    resources = Map()
    if config.get("resources"):
        config["resources"] = resolver.resolve(config["resources"])
        resources = config["resources"] = normalise(config["resources"], RESOURCES, report, ("resources",)) or Map()
        if wrong := list(check_resource_shapes(resources)):
            raise Failure(*wrong)
    normalise_paths(config, roots.bundle)
    translate_serialised_paths(config, roots)
    if any(resources.values()):
        _normalise(resources, roots, report)
        _initialise(resources, config, cloud, report)
    report += check_fields(resources)


def process_python_resources(config: Map, roots: Roots, cloud: Cloud, resolver: Resolver, report: Report) -> None:
    """Load the resources written in Python and finish them, then run the mutators on all."""
    share_python_section(config)
    for phase in ("load_resources", "apply_mutators"):
        added, changed = (_resolve(part, resolver, report) for part in run_phase(phase, config, roots.bundle, report))
        for part in (added, changed):
            report.repeated_tasks += repeated_tasks(part)
        if added:
            _normalise(added, roots, report)
            _initialise(added, config, cloud, report)
        _normalise(changed, roots, report)
        add_deployer(changed, config["workspace"]["current_user"]["userName"])
        for part in (added, changed):
            _place(part, config)


def _resolve(resources: Map, resolver: Resolver, report: list[Diagnostic]) -> Map:
    """`resources` with references replaced; converted to the types of the fields only where that can make a difference.

    Python has written them with the right types, and the classes that know the fields take long to import.
    """
    before = resolver.retyped
    resolver.resolve(resources)
    return normalise(resources, RESOURCES, report, ("resources",)) if resolver.retyped > before else resources


def _place(resources: Map, config: Map) -> None:
    for kind, items in resources.items():
        into = section(config, "resources", kind)
        for key, item in items.items():
            into.put(key, item, items.where.get(key))


def _normalise(resources: Map, roots: Roots, report: list[Diagnostic]) -> None:
    expand_pipeline_libraries(resources, roots.bundle)
    merge_keyed_lists(resources)
    capture_dependencies(resources)
    read_serialised(resources, roots.sync, report)
    read_alerts(resources, roots.bundle, report)
    fix_clusters(resources)
    convert_served_models(resources, report)


def _initialise(resources: Map, config: Map, cloud: Cloud, report: list[Diagnostic]) -> None:
    workspace = config["workspace"]
    user = workspace["current_user"]["userName"]
    apply_run_as(resources, config, user, report)
    override_compute(resources, config)
    apply_presets(resources, config, cloud, report)
    set_defaults(resources, workspace["resource_path"])
    apply_bundle_permissions(resources, config, report)
    add_deployer(resources, user)
