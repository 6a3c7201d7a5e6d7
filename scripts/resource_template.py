"""Writes one resource file from its template."""

import os
import sys
from pathlib import Path
from string import Template

from local_runner.diagnostics import fail
from scripts.bundle_files import create, find_key, one_writer, refuse_blocked
from scripts.models import GeneratedConfig


class ResourceTemplate(Template):
    """A resource file with `%{name}` where a value goes: `${…}` stays, as a reference that Databricks resolves."""

    delimiter = "%"

    def filled(self, config: GeneratedConfig) -> str:
        """The text with `config`'s attributes."""
        names = [match["braced"] for match in self.pattern.finditer(self.template)]
        return self.substitute({name: getattr(config, name) for name in names})


def create_resource(root: Path, config: GeneratedConfig, template: ResourceTemplate) -> None:
    """Write `config`'s file under the bundle root, from its attributes, and say so.

    Raises `Failure` where the file is there already, or another file has one of its keys; nothing is written then.
    """
    with one_writer(root):
        if os.path.lexists(root / config.file):
            raise fail(f"{config.file} already exists")
        refuse_blocked(root, config.file)
        for key in config.keys:
            if other := find_key(root, key):
                raise fail(
                    f"{other} already has the resource key {key}",
                    "A key is <domain>_<source>_<name>, so two pairs can give the same one: choose another name.",
                )
        try:
            create(root, config.file, template.filled(config))
        except FileExistsError:
            raise fail(f"{config.file} already exists") from None
    print(f"Created {config.file}")
    if not _is_loaded(root, config):
        print(
            f"Note: load_resources will not find it: {config.file.parent} is not a Python package yet; this makes it one:\n"
            f"  just scaffold {config.domain} {config.source}",
            file=sys.stderr,
        )


def _is_loaded(root: Path, config: GeneratedConfig) -> bool:
    """False where the bundle loads the package `resources`, and `config`'s folder is no package below it."""
    source, domain, resources = (root / folder / "__init__.py" for folder in config.file.parents[:3])
    return not resources.is_file() or (domain.is_file() and source.is_file())
