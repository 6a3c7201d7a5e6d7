"""Resources brought to their final form: those from YAML first, then those from Python.

Source: Databricks CLI, bundle/config/mutator/resourcemutator/{process_static_resources,resource_mutator}.go.
"""

from __future__ import annotations

from local_runner.bundle.compute import fix_clusters, override_compute
from local_runner.bundle.defaults import set_defaults
from local_runner.bundle.dependencies import capture_dependencies
from local_runner.bundle.keyed_lists import merge_keyed_lists
from local_runner.bundle.libraries import expand_pipeline_libraries
from local_runner.bundle.normalise import normalise
from local_runner.bundle.paths import Roots, normalise_paths, translate_serialised_paths
from local_runner.bundle.permissions import add_deployer, apply_bundle_permissions
from local_runner.bundle.presets import apply_presets
from local_runner.bundle.python_resources import run_phase, share_python_section
from local_runner.bundle.references import Resolver
from local_runner.bundle.run_as import apply_run_as
from local_runner.bundle.sections import RESOURCES
from local_runner.bundle.serialised import read_serialised
from local_runner.bundle.tags import Cloud
from local_runner.bundle.tree import Map
from local_runner.diagnostics import Diagnostic


def process_static_resources(config: Map, roots: Roots, cloud: Cloud, resolver: Resolver, report: list[Diagnostic]) -> None:
    """Finish the resources written in YAML."""
    _resolve(config, resolver, report)
    normalise_paths(config, roots.bundle)
    translate_serialised_paths(config, roots)
    resources = config.get("resources") or Map()
    _normalise(resources, config, roots, report)
    _initialise(resources, config, cloud, report)


def process_python_resources(config: Map, roots: Roots, cloud: Cloud, resolver: Resolver, report: list[Diagnostic]) -> None:
    """Load the resources written in Python and finish them, then run the mutators on all."""
    share_python_section(config)
    user = config["workspace"]["current_user"]["userName"]
    for phase in ("load_resources", "apply_mutators"):
        added, changed = run_phase(phase, config, roots.bundle, report)
        for part in (added, changed):
            resolver.resolve(part)
            _normalise(part, config, roots, report)
        _initialise(added, config, cloud, report)
        add_deployer(changed, user)


def _resolve(config: Map, resolver: Resolver, report: list[Diagnostic]) -> None:
    """Replace references; a value may have another type then, so that it is converted once more."""
    resources = config.get("resources")
    if isinstance(resources, Map):
        resolver.resolve(resources)
        config["resources"] = normalise(resources, RESOURCES, report, ("resources",))


def _normalise(resources: Map, config: Map, roots: Roots, report: list[Diagnostic]) -> None:
    expand_pipeline_libraries(resources, roots.bundle)
    merge_keyed_lists(resources)
    capture_dependencies(resources)
    read_serialised(resources, roots.sync)
    fix_clusters(resources)


def _initialise(resources: Map, config: Map, cloud: Cloud, report: list[Diagnostic]) -> None:
    workspace = config["workspace"]
    apply_run_as(resources, config, workspace["current_user"]["userName"], report)
    override_compute(resources, config)
    apply_presets(resources, config, cloud, report)
    set_defaults(resources, workspace["resource_path"])
    apply_bundle_permissions(resources, config, report)
    add_deployer(resources, workspace["current_user"]["userName"])
