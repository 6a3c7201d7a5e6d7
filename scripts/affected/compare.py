"""Two versions of a bundle, compared: which resources the differences reach, and why."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from scripts.affected.code import CodeUnit
from scripts.affected.nodes import Data, Field, Node, Resource, Shared, Step, Table
from scripts.affected.version import Version

_DOCUMENTS = (".md", ".rst")
_CODE = (".py", ".sql", ".ipynb")
# How many settings are named one by one.
_NAMED = 3


@dataclass(frozen=True, order=True)
class Touched:
    """A resource that a change reaches. `key` is as `--select` takes it; `is_gone` when the code no longer has it."""

    domain: str
    source: str
    key: str
    reasons: tuple[str, ...]
    is_gone: bool = False

    @property
    def pair(self) -> str:
        return "/".join(filter(None, (self.domain, self.source))) or "(no domain)"


def compare(before: Version, after: Version) -> list[Touched]:
    """The resources that the differences between two versions reach, sorted."""
    return sorted(_Comparison(before, after).touched())


class _Comparison:
    def __init__(self, before: Version, after: Version) -> None:
        self.before = before
        self.after = after
        self.uses: dict[Node, set[Node]] = {}
        self.changed: dict[Node, str] = {}
        # Changed in what they use only: mostly the change has a better name further down.
        self.rewired: dict[Node, str] = {}
        keys = [*after.resources, *before.resources]
        self.resources = [Resource(key) for key in dict.fromkeys(keys)]
        self._walk()
        self._mark_data()
        self._mark_uploads()
        self.reached = self._reached()

    def touched(self) -> Iterator[Touched]:
        for resource in self.resources:
            if resource in self.reached:
                gone = resource.key not in self.after.resources
                domain, source = (self.before if gone else self.after).pair_of(resource.key)
                yield Touched(domain, source, resource.key, tuple(self._reasons(resource)), gone)

    def _walk(self) -> None:
        """Find every node that a resource uses in either version, and what is different about it."""
        waiting: list[Node] = [*self.resources]
        seen = set(waiting)
        while waiting:
            node = waiting.pop()
            before, after = self.before.uses(node), self.after.uses(node)
            self.uses[node] = before | after
            if reason := self._difference(node):
                self.changed[node] = reason
            elif before != after and not isinstance(node, Resource):
                self.rewired[node] = f"what {_name(node)} uses changed"
            new = self.uses[node] - seen
            seen |= new
            waiting += new

    def _difference(self, node: Node) -> str:
        """What is different about a node by itself; empty where nothing is."""
        reason = self._own_difference(node)
        broken = [file for file in self._files(node) if not self._is_same(file) and not self.after.parses(file)]
        # What such a file makes or no longer makes cannot be told.
        return f"{broken[0]} does not parse" if reason and broken else reason

    def _files(self, node: Node) -> list[str]:
        """The files of a node's code."""
        match node:
            case CodeUnit(file, _) | Step(_, file, _):
                return [file]
            case Table():
                return sorted({used.file for used in self.uses[node] if isinstance(used, CodeUnit)})
        return []

    def _own_difference(self, node: Node) -> str:
        is_same_file = isinstance(node, CodeUnit) and self._is_same(node.file)
        before, after = (None, None) if is_same_file else (self.before.own(node), self.after.own(node))
        if before == after:
            return ""
        match node:
            case Resource():
                return _resource_difference(before, after)
            case Table() | Step() if after is None:
                return f"{_name(node)} is no longer made"
            case Table() | Step() if before is None:
                return f"{_name(node)} is new"
            case Table() | Step():
                return f"a setting that {_name(node)} reads changed"
            case Shared("workspace"):
                return f"the workspace's {_enumerated(_differing(before, after))} changed"
            case Field(key, path):
                return f"{path} of {key} changed"
            case Shared(file) | Data(file):
                return f"{file} changed"
            case CodeUnit(file, name):
                return _code_difference([name], file) if name.isidentifier() else f"{file} changed"
        return "changed"

    def _is_same(self, file: str) -> bool:
        return self.before.tree.read(file) == self.after.tree.read(file)

    def _mark_data(self) -> None:
        """Count a changed data file under src/ as a change of the code near it that names it, else of any near it."""
        files = {file for version in (self.before, self.after) for file in version.tree.files if file.startswith("src/")}
        code = defaultdict(list)
        for node in self.uses:
            if isinstance(node, CodeUnit):
                code[node.file].append(node)
        for file in files:
            name = os.path.basename(file)
            if name.startswith(".") or "__pycache__" in file or file.endswith((*_CODE, *_DOCUMENTS)) or self._is_same(file):
                continue
            namers = [user for user in code if name.encode() in self.after.tree.read(user) + self.before.tree.read(user)]
            for user in _around(file, namers) or _around(file, code):
                for unit in code[user]:
                    self.changed.setdefault(unit, f"{file} changed")

    def _mark_uploads(self) -> None:
        """Count code that a changed pattern of `sync` names as changed: it may no longer be uploaded, or only now."""
        sync = [version.bundle.value.get("sync") or {} for version in (self.before, self.after)]
        for name in ("exclude", "include", "paths"):
            before, after = (set(one.get(name) or ()) for one in sync)
            for node in self.uses:
                if isinstance(node, CodeUnit) and any(_may_name(pattern, node.file) for pattern in before ^ after):
                    self.changed.setdefault(node, f"sync.{name} changed, which names {node.file}")

    def _reached(self) -> set[Node]:
        users: dict[Node, set[Node]] = defaultdict(set)
        for node, used in self.uses.items():
            for one in used:
                users[one].add(node)
        reached = self.changed.keys() | self.rewired.keys()
        waiting = [*reached]
        while waiting:
            new = users[waiting.pop()] - reached
            reached |= new
            waiting += new
        return reached

    def _reasons(self, resource: Resource) -> list[str]:
        """Why `resource` is reached: what is different in it and its own code, and what it has from other resources."""
        if None in (self.before.own(resource), self.after.own(resource)):
            return [self.changed[resource]]
        # A pipeline uses the tables that it makes; those it reads are used by these.
        is_pipeline = resource.key.startswith("pipelines.")
        made = self.before.uses(resource) | self.after.uses(resource) if is_pipeline else set()
        reasons: dict[str, list[str]] = {}
        vague: dict[str, None] = {}
        seen: set[Node] = {resource}
        waiting: list[Node] = [resource]
        while waiting:
            node = waiting.pop(0)
            if node in self.changed:
                self._add_reason(node, reasons)
            elif node in self.rewired:
                vague[self.rewired[node]] = None
            if isinstance(node, Table) and None in (self.before.own(node), self.after.own(node)):
                # That it comes or goes says all about what it is made from.
                continue
            for used in sorted((self.uses[node] & self.reached) - seen, key=repr):
                seen.add(used)
                if isinstance(used, Resource):
                    reasons[f"runs {used.key}"] = []
                elif isinstance(used, Table) and used not in made:
                    reasons[f"reads {_name(used)}"] = []
                else:
                    waiting.append(used)
        return [_code_difference(names, reason) if names else reason for reason, names in reasons.items()] or list(vague)

    def _add_reason(self, node: Node, reasons: dict[str, list[str]]) -> None:
        """Add what is different about `node`: names of one file to those that are there, under the file."""
        reason = self.changed[node]
        if isinstance(node, CodeUnit) and reason == _code_difference([node.name], node.file):
            reasons.setdefault(node.file, []).append(node.name)
        else:
            reasons[reason] = []


def _around(file: str, users: Iterable[str]) -> list[str]:
    """Those of `users` that are under the nearest folder around `file` that has any: one name may be in many folders."""
    for folder in PurePosixPath(file).parents:
        if inside := [user for user in users if PurePosixPath(user).is_relative_to(folder)]:
            return inside
    return []


def _may_name(pattern: str, file: str) -> bool:
    """Whether a pattern of `sync`, written as in a .gitignore, may name `file` or a folder around it."""
    parts = pattern.strip("/").removesuffix("/**")
    return any(
        fnmatchcase(path.as_posix(), parts) or fnmatchcase(path.name, parts) or parts == "."
        for path in (PurePosixPath(file), *PurePosixPath(file).parents)
    )


def _name(node: Node) -> str:
    match node:
        case Table(name):
            return ".".join(filter(None, name))
        case Step(_, file, _) | CodeUnit(file, _):
            return file
    return "the code"


def _resource_difference(before: object, after: object) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone from the code"
    return f"{_enumerated(_differing(before, after))} changed"


def _code_difference(names: list[str], file: str) -> str:
    return f"{_enumerated(names)} changed ({file})"


def _differing(before: object, after: object, path: str = "") -> list[str]:
    """The settings in which two values differ, as `configuration.landing.path` or `tasks[0].timeout_seconds`."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys([*before, *after])
        return [one for key in keys for one in _differing(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [one for index, (old, new) in pairs for one in _differing(old, new, f"{path}[{index}]")]
    return [] if before == after else [path]


def _enumerated(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
