"""The outcome of resolving: the value, where its parts were written, and what was found wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local_runner.bundle import tree
from local_runner.bundle.lookups import resource_lookup
from local_runner.bundle.paths import Roots
from local_runner.bundle.references import Resolver
from local_runner.bundle.report import Report
from local_runner.diagnostics import Diagnostic, Failure, Location, Severity


@dataclass(frozen=True)
class ResolvedBundle:
    """A bundle for one target, in the shape that `databricks bundle validate -o json` prints.

    `report` holds errors and warnings. Where the work had to stop at an error it is not `finished`, and the value is as far
    as it got.
    """

    root: Path
    target: str
    config: tree.Map
    roots: Roots
    report: Report
    finished: bool

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Errors and warnings in the order they were found, each once."""
        return tuple(dict.fromkeys(self.report))

    @cached_property
    def value(self) -> dict[str, Any]:
        """The resolved configuration as plain dicts and lists."""
        return tree.plain(self.config)

    @cached_property
    def locations(self) -> dict[tree.Path, Location]:
        """The place of each part that was written in a file: `("resources", "jobs", "x")` -> file, line, column."""
        return dict(tree.locations(self.config))

    def location(self, *path: str | int) -> Location | None:
        """The place of the part at `path`, or of the nearest part around it that was written in a file."""
        return tree.location(self.config, path)

    def deployed(self, *path: str | int) -> Any:
        """What lies at `path` as a deployment sets it: `${resources.schemas.x.name}` is the name that schema x has.

        What only a workspace knows, such as an id, stays a reference.
        """
        return tree.plain(self._settings.resolve(tree.copy(tree.get(self.config, *path))))

    @cached_property
    def _settings(self) -> Resolver:
        return Resolver(resource_lookup(self.config), [])

    def local(self, path: str) -> Path | None:
        """The file or folder that is uploaded to `path` in the workspace; None when `path` is not part of the upload."""
        uploaded = self.roots.workspace
        if not uploaded or (path != uploaded and not path.startswith(uploaded + "/")):
            return None
        return self.roots.sync / path[len(uploaded) + 1 :]

    @property
    def errors(self) -> list[Diagnostic]:
        return [diagnostic for diagnostic in self.diagnostics if diagnostic.severity is Severity.ERROR]

    def raise_for_errors(self) -> ResolvedBundle:
        """This bundle, when nothing is wrong. Raises Failure with its errors otherwise."""
        if self.errors:
            raise Failure(*self.errors)
        return self
