"""Which code uses which, across the Python files of one tree: names followed through imports."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from scripts.affected.module import EFFECTS, Module, Unit, read_module
from scripts.affected.names_used import ANY, Chain, Import
from scripts.affected.tree import Tree
from scripts.lineage.notebooks import notebooks_run, python_text

# A file used whole: by `import *`, as a script, or because it is not valid Python.
WHOLE = "*"


class CodeUnit(NamedTuple):
    """A unit of a file, whose path is relative to the tree's root."""

    file: str
    name: str


class Package(NamedTuple):
    """A name outside the tree: an installed package, or a file that is not there."""

    name: str


Used = CodeUnit | Package


class Code:
    """The Python code of `tree`. `root_paths` are the pipelines' own folders.

    A module is looked for in the folder of the file that imports it, in the pipeline's folder around that, in `src` and at
    the root: where Databricks looks. One that is in several of them counts with each.
    """

    def __init__(self, tree: Tree, root_paths: Iterable[str] = ()) -> None:
        self.tree = tree
        self.module = cache(self._module)
        self.effects = cache(self._effects)
        self.texts_imported = cache(self._texts_imported)
        self._root_paths = frozenset(root_paths)
        self._folders_around = cache(self._folders_around)

    def uses(self, unit: CodeUnit) -> set[Used]:
        """What `unit` depends on directly; for a file's EFFECTS or WHOLE, what the file depends on."""
        module = None if unit.file.endswith(".sql") else self.module(unit.file)
        if module is None:
            return set()
        used: set[Used] = set(self.effects(unit.file))
        if unit.name == WHOLE:
            used |= {CodeUnit(unit.file, name) for name in module.units}
            for found in (*module.imports, *module.stars):
                used |= self._imported(unit.file, found)
        elif unit.name in module.units:
            used |= self._used_by(unit.file, module.units[unit.name])
        return used - {unit}

    def _texts_imported(self, file: str) -> tuple[tuple[str, str], ...]:
        """The names that `file` imports and that stand for one text, with that text."""
        module = self.module(file)
        found = []
        for name, imports in module.bindings.items() if module else ():
            units = set().union(*(self._followed(file, imported, (), frozenset()) for imported in imports))
            texts = [self._text(unit) for unit in units if isinstance(unit, CodeUnit)]
            if len(texts) == len(units) == 1 and texts[0] is not None:
                found.append((name, texts[0]))
        return tuple(sorted(found))

    def _module(self, file: str) -> Module | None:
        return read_module(python_text(file, self.tree.read(file)))

    def _text(self, unit: CodeUnit) -> str | None:
        module = self.module(unit.file)
        return module.units[unit.name].text if module and unit.name in module.units else None

    def _used_by(self, file: str, unit: Unit) -> set[Used]:
        used: set[Used] = set()
        for chain in unit.uses:
            used |= self._named(file, chain, frozenset())
        for found in unit.imports:
            used |= self._imported(file, found)
            used = used.union(*map(self.effects, self._files_run_by(file, found)))
        return used | {CodeUnit(other, WHOLE) for path in unit.notebooks if (other := self._run(file, path))}

    def _effects(self, file: str) -> frozenset[CodeUnit]:
        """What runs when `file` is imported: its own effects, and those of what it imports, over any number of files.

        A dataset in a file that is imported is an effect of the import: the pipeline gets it.
        """
        seen, waiting, found = {file}, [file], set()
        while waiting:
            current = waiting.pop()
            module = self.module(current)
            if module is None:
                found.add(CodeUnit(current, WHOLE))
                continue
            if EFFECTS in module.units:
                found.add(CodeUnit(current, EFFECTS))
            if current != file:
                found |= {CodeUnit(current, name) for name in module.datasets}
            found |= {CodeUnit(other, WHOLE) for path in notebooks_run(module.cells) if (other := self._run(current, path))}
            for imported in (*module.imports, *module.stars):
                new = self._files_run_by(current, imported) - seen
                seen |= new
                waiting += new
        return frozenset(found)

    def _files_run_by(self, file: str, imported: Import) -> set[str]:
        """The files that an import runs: the module's own, and those of the packages around it."""
        if imported.name == ANY:
            return self._files_that_start(file, imported.module)
        files: set[str] = set()
        names = [*filter(None, imported.module.split("."))]
        if imported.name and imported.name != "*":
            names.append(imported.name)
        for folder in self._folders(file, imported.level):
            for depth in range(len(names) + 1):
                if (depth or imported.level) and (
                    found := self._file_of("/".join([*filter(None, [folder]), *names[:depth]]))
                ):
                    files.add(found)
        return files

    def _imported(self, file: str, imported: Import) -> set[Used]:
        """What an import inside a function, or the import of a whole file, depends on."""
        if imported.name == ANY:
            return {CodeUnit(other, WHOLE) for other in self._files_that_start(file, imported.module)}
        if imported.name == "*":
            return self._followed(file, Import(imported.module, imported.level), (), frozenset())
        return self._followed(file, imported, (), frozenset())

    def _named(self, file: str, chain: Chain, seen: frozenset) -> set[Used]:
        """What `chain`, a name of `file` and its attributes, stands for; empty for a builtin or an injected name."""
        module = self.module(file)
        if module is None or (file, chain[0]) in seen:
            return set()
        seen |= {(file, chain[0])}
        name, rest = chain[0], chain[1:]
        used: set[Used] = set()
        if name in module.units:
            used.add(CodeUnit(file, name))
        for imported in module.bindings.get(name, ()):
            used |= self._followed(file, imported, rest, seen)
        if not used:
            for star in module.stars:
                used |= self._followed(file, Import(star.module, star.level), chain, seen, from_star=True)
        return used

    def _followed(self, file: str, imported: Import, rest: Chain, seen: frozenset, from_star: bool = False) -> set[Used]:
        """What is reached through an import and the attributes `rest`."""
        names = tuple(filter(None, imported.module.split(".")))
        if imported.name:
            rest = (imported.name, *rest)
        used: set[Used] = set()
        for folder in self._folders(file, imported.level):
            place = "/".join([*filter(None, [folder]), *names])
            if self._file_of(place) or place in self.tree.folders:
                used |= self._attribute(place, rest, seen, from_star)
        if used or from_star:
            return used
        return {Package(".".join(["." * imported.level + imported.module, *rest[:1]]))}

    def _attribute(self, place: str, rest: Chain, seen: frozenset, from_star: bool) -> set[Used]:
        """What `rest` means on the module or package at `place`, a path without its ending."""
        file = self._file_of(place)
        module = self.module(file) if file else None
        if rest and module and (rest[0] in module.units or rest[0] in module.bindings):
            return self._named(file, rest, seen)
        if rest:
            inner = f"{place}/{rest[0]}"
            if self._file_of(inner) or inner in self.tree.folders:
                return self._attribute(inner, rest[1:], seen, from_star)
            if module and module.stars and (used := self._named(file, rest, seen)):
                return used
        if file is None or from_star:
            return set()
        return {CodeUnit(file, WHOLE)}

    def _folders(self, file: str, level: int) -> list[str]:
        """The folders, relative to the root, that an import in `file` starts from."""
        folder = os.path.dirname(file)
        if not level:
            return self._folders_around(folder)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return [folder]

    def _folders_around(self, folder: str) -> list[str]:
        own = [path for path in (folder, *map(str, PurePosixPath(folder).parents)) if path in self._root_paths]
        return list(dict.fromkeys([folder, *own, "src", ""]))

    def _files_that_start(self, file: str, name: str) -> set[str]:
        """The modules whose full names start with `name`, and the packages around them; without a name, all under src/."""
        start = name.lstrip(".").replace(".", "/")
        places = [f"{folder}/{start}".lstrip("/") for folder in self._folders(file, 0)] if start else ["src/"]
        packages = {f"{os.path.dirname(place)}/__init__.py" for place in places}
        found = (other for other in self.tree.files if other.endswith(".py"))
        return {other for other in found if other in packages or other.startswith(tuple(places))}

    def _run(self, file: str, path: str) -> str | None:
        """The notebook that `file` names as `path`, to run it."""
        place = os.path.normpath(os.path.join(os.path.dirname(file), path))
        return next((other for other in (place, f"{place}.py", f"{place}.ipynb") if other in self.tree.files), None)

    def _file_of(self, place: str) -> str | None:
        return next((file for file in (f"{place}.py", f"{place}/__init__.py") if file in self.tree.files), None)
