"""Writes one resource file from its template."""

import os
import sys
from pathlib import Path
from string import Template

from local_runner.diagnostics import fail
from scripts.bundle_files import create, find_key, one_writer, refuse_blocked
from scripts.models import ResourceConfig


class ResourceTemplate(Template):
    """A resource file with `%{name}` where a value goes: `${…}` stays, as a reference that Databricks resolves."""

    delimiter = "%"


def create_resource(root: Path, config: ResourceConfig, template: ResourceTemplate, **values: object) -> None:
    """Write `config`'s file under the bundle root and say so; `values` are what the template needs beside the names.

    Raises `Failure` where the file is there already, or another file has the resource's key; nothing is written then.
    """
    text = template.substitute(
        domain=config.domain,
        source=config.source,
        name=config.name,
        resource_var_name=config.resource_var_name,
        display_name=config.display_name,
        root_path=config.root_path,
        **values,
    )
    with one_writer(root):
        if os.path.lexists(root / config.file):
            raise fail(f"{config.file} already exists")
        refuse_blocked(root, config.file)
        if other := find_key(root, config.resource_var_name):
            raise fail(
                f"{other} already has the resource key {config.resource_var_name}",
                "A key is <domain>_<source>_<name>, so two pairs can give the same one: choose another name.",
            )
        try:
            create(root, config.file, text)
        except FileExistsError:
            raise fail(f"{config.file} already exists") from None
    print(f"Created {config.file}")
    if not _is_loaded(root, config):
        print(
            f"Note: load_resources will not find it: {config.file.parent} is not a Python package yet; this makes it one:\n"
            f"  just scaffold {config.domain} {config.source}",
            file=sys.stderr,
        )


def _is_loaded(root: Path, config: ResourceConfig) -> bool:
    """False where the bundle loads the package `resources`, and `config`'s folder is no package below it."""
    source, domain, resources = (root / folder / "__init__.py" for folder in config.file.parents[:3])
    return not resources.is_file() or (domain.is_file() and source.is_file())
