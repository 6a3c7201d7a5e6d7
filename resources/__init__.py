"""The bundle's entry point for resources defined in Python: every module of this package, at any depth."""

import importlib
import pkgutil
import sys
from types import ModuleType

from databricks.bundles.core import Bundle, Diagnostics, Resources, load_resources_from_module


def load_resources(bundle: Bundle) -> Resources:
    """Every resource under `resources/`, its variable name the key.

    Gives what databricks-bundles' `load_resources_from_current_package_module` gives: keys, order, locations and
    diagnostics. That function takes time in the square of the number of modules: it adds each resource with
    `inspect.stack()`, which searches all of `sys.modules`. This one takes linear time. It differs where a package's
    `__init__.py` raises: the official function then gives up, this one reports it and loads the rest.
    """
    modules, import_errors = _import_modules()
    resources = Resources()
    for module in modules:
        _add(resources, load_resources_from_module(module))
    resources.add_diagnostics(import_errors)
    return resources


def _import_modules() -> tuple[list[ModuleType], Diagnostics]:
    """The package and all modules below it, by name, and an error for each that raises; `sys.modules` stays as it was.

    They leave `sys.modules` because the caller's `inspect.stack()` searches it for each resource. They leave it together,
    after the last import, so that modules which import each other meet one object and not two.
    """
    before = set(sys.modules)
    # Without `onerror`, a package that raises ends the walk; the import below reports it.
    below = pkgutil.walk_packages(__path__, f"{__name__}.", onerror=lambda name: None)
    modules, errors = [], Diagnostics()
    for name in sorted([__name__, *(module.name for module in below)]):
        try:
            modules.append(importlib.import_module(name))
        except Exception as error:
            errors = errors.extend(Diagnostics.from_exception(error, summary=f"Error while loading '{name}'"))
    for name in sys.modules.keys() - before:
        if name.startswith(f"{__name__}."):
            del sys.modules[name]
    return modules, errors


def _add(resources: Resources, more: Resources) -> None:
    """Add what one module defines, each resource with its location: that spares `inspect.stack()`."""
    locations = more._locations
    if not resources._locations.keys().isdisjoint(locations.keys()):
        # A key is there already: the official function has the words for it.
        resources.add_resources(more)
        return
    for (_, kind, key), location in locations.items():
        resources.add_resource(key, getattr(more, kind)[key], location=location)
    resources.add_diagnostics(more.diagnostics)
