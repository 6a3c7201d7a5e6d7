"""One version of a bundle as a graph: what each resource, table and unit of code is by itself, and what it uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from local_runner.bundle import ResolvedBundle
from scripts.affected.code import WHOLE, Code, CodeUnit
from scripts.affected.module import code_of
from scripts.affected.nodes import AnyTable, Data, Field, Node, Resource, Shared, Step, Table
from scripts.affected.pipelines import Pipelines
from scripts.affected.project import installed_by
from scripts.affected.sql import statements
from scripts.affected.tree import Tree
from scripts.lineage import Lineage
from scripts.lineage.notebooks import python_text

_REFERENCE = re.compile(r"\$\{resources\.(\w+\.[^.}]+)\.([^}]+)\}")
_EDITABLE = re.compile(r"(?:--editable|-e)[ =](.+)")
_REQUIREMENTS = re.compile(r"(?:--requirement|-r)[ =]*(.+)")
# Whoever refers to one of these by its id runs it.
_RUN = ("pipelines.", "jobs.")
_WORKSPACE_NODE = Shared("workspace")
# Where the bundle is deployed: a change of it leaves everything behind.
_WORKSPACE = ("host", "profile", "account_id", "workspace_id", "root_path", "file_path", "artifact_path", "state_path")


class Version:
    """The graph of `bundle`, whose files are in its root, and of its tables, which `lineage` names."""

    def __init__(self, bundle: ResolvedBundle, lineage: Lineage) -> None:
        self.bundle = bundle
        self.tree = Tree(bundle.root)
        problems = [problem.location for problem in lineage.problems if problem.location]
        self._unreadable = {self.tree.relative(Path(place.file)) for place in problems}
        self.resources = {
            f"{kind}.{key}": value
            for kind, items in (bundle.value.get("resources") or {}).items()
            for key, value in items.items()
        }
        roots = [value.get("root_path") for key, value in self.resources.items() if key.startswith("pipelines.")]
        self.code = Code(self.tree, filter(None, map(self._local, roots)))
        self.pipelines = Pipelines(bundle, lineage, self.tree, self.code)
        self._uses: dict[Node, set[Node]] = defaultdict(set, self.pipelines.uses)
        for key, value in self.resources.items():
            used = set(self._used_by(key, value))
            # What a pipeline installs reaches its rows.
            installed = {node for node in used if isinstance(node, Shared) and node != _WORKSPACE_NODE}
            for made in self._uses[Resource(key)]:
                if isinstance(made, Table | Step):
                    self._uses[made] |= installed
            self._uses[Resource(key)] |= used

    def own(self, node: Node) -> object | None:
        """What `node` is, without what it uses; None where this version does not have it."""
        match node:
            case Resource(key):
                return self.resources.get(key)
            case Field(key, path):
                return self._field(key, path)
            case Table() | Step():
                return self.pipelines.settings.get(node)
            case Shared("workspace"):
                workspace = self.bundle.value.get("workspace", {})
                name = self.bundle.value.get("bundle", {}).get("name")
                return {"name": name, **{part: workspace.get(part) for part in _WORKSPACE}}
            case Shared(file):
                return installed_by(file, self.tree.read(file))
            case Data(file):
                return sha256(self.tree.read(file)).hexdigest() if file in self.tree.files else None
            case CodeUnit(file, name) if file in self.tree.files:
                return self._code(file, name)
        return None

    def uses(self, node: Node) -> set[Node]:
        """What `node` depends on directly."""
        if isinstance(node, CodeUnit):
            return self.code.uses(node)
        if isinstance(node, AnyTable):
            return set(self.pipelines.settings)
        return self._uses.get(node, set())

    def parses(self, file: str) -> bool:
        """Whether `file` is valid Python or SQL, or is not there at all."""
        if file.endswith(".sql"):
            return file not in self._unreadable
        return file not in self.tree.files or self.code.module(file) is not None

    @property
    def domains(self) -> dict[str, str]:
        """The domain of each resource."""
        return {key: self.pair_of(key)[0] for key in self.resources}

    def pair_of(self, key: str) -> tuple[str, str]:
        """The domain and source of a resource, by the folder that defines it; empty where it has none of its own."""
        place = self.bundle.location("resources", *key.split(".", 1))
        parts = Path(place.relative_to(self.tree.root).file).parts[:-1] if place else ()
        _, domain, source = (*parts, "", "", "")[:3] if parts[:1] == ("resources",) else ("", "", "")
        return domain, source

    def _code(self, file: str, name: str) -> object | None:
        if file.endswith(".sql"):
            # A statement's name is what it says.
            return name if any(name == one.code for one in statements(self.tree.text(file))) else None
        module = self.code.module(file)
        if module is None:
            return python_text(file, self.tree.read(file))
        if name == WHOLE:
            return name
        return code_of(module.units[name]) if name in module.units else None

    def _used_by(self, key: str, value: Any) -> Iterator[Node]:
        yield _WORKSPACE_NODE
        is_pipeline = key.startswith("pipelines.")
        for text in _texts(value):
            for resource, field in _REFERENCE.findall(text):
                runs = resource.startswith(_RUN) and field == "id"
                yield Resource(resource) if runs else Field(resource, field)
            if editable := _EDITABLE.fullmatch(text):
                yield from self._project(self._local(editable[1]))
            elif (requirements := _REQUIREMENTS.fullmatch(text)) and (file := self._local(requirements[1])):
                yield Shared(file)
            elif text.endswith(".whl") and not text.startswith("/"):
                yield from self._project("")
                yield from (
                    CodeUnit(file, WHOLE) for file in self.tree.files if file.startswith("src/") and file.endswith(".py")
                )
            elif not is_pipeline and (path := self._local(text)):
                yield from self.pipelines.run(path)

    def _project(self, folder: str | None) -> Iterator[Shared]:
        if folder is not None:
            yield Shared(f"{folder}/pyproject.toml".lstrip("/"))

    def _local(self, path: str | None) -> str | None:
        """The path in the tree that a path in the workspace stands for; None where it is none of the bundle's."""
        local = self.bundle.local(path) if path else None
        return None if local is None else "/".join(local.relative_to(self.tree.root).parts)

    def _field(self, key: str, path: str) -> object | None:
        value = self.resources.get(key)
        for part in path.split(".") if value is not None else ():
            if not isinstance(value, Mapping) or part not in value:
                return "known when it is deployed"
            value = value[part]
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
