"""The tables that pipelines make, as nodes: the code that makes each, the tables it reads, the settings that reach it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from local_runner.bundle import ResolvedBundle
from scripts.affected.code import WHOLE, Code, CodeUnit
from scripts.affected.module import EFFECTS, SQL
from scripts.affected.nodes import AnyTable, Data, Node, Resource, Step, Table
from scripts.affected.reads import Reads, reads_by_unit, tables_of
from scripts.affected.sql import settings_named, statements
from scripts.affected.tree import Tree
from scripts.lineage import Dataset, Lineage
from scripts.lineage.notebooks import python_text
from scripts.lineage.pipelines import Names, settings_of
from scripts.lineage.source import Parts
from scripts.lineage.sql_source import is_computed


class Pipelines:
    """`uses` is what pipelines, tables and steps depend on; `settings` is what of its pipeline reaches a table or step."""

    def __init__(self, bundle: ResolvedBundle, lineage: Lineage, tree: Tree, code: Code) -> None:
        self.tree = tree
        self.code = code
        self.uses: dict[Node, set[Node]] = defaultdict(set)
        self.settings: dict[Table | Step, set[str]] = defaultdict(set)
        self._reached = cache(self._reached)
        self._lineage = lineage
        self._by_suffix: dict[Parts, set[Node]] = defaultdict(set)
        for name in self._lineage.producers:
            for length in (1, 2, 3):
                self._by_suffix[name[-length:]].add(Table(name))
        datasets: dict[str, list[Dataset]] = defaultdict(list)
        for dataset in self._lineage.datasets:
            datasets[dataset.pipeline].append(dataset)
        # The steps that make tables whose names cannot be told, by catalog and schema.
        nameless: dict[tuple[str, str], set[Node]] = defaultdict(set)
        for key, files in self._lineage.files.items():
            pipeline, names = bundle.deployed("resources", "pipelines", key), self._lineage.names[key]
            found = self._add(key, pipeline, [tree.relative(file) for file in files], datasets[key])
            nameless[names.catalog.lower(), names.schema.lower()] |= found
        for used in [*self.uses.values()]:
            for table in used:
                if isinstance(table, Table) and table not in self.settings:
                    self.uses[table] |= nameless.get(table.name[:2], set())

    def run(self, path: str) -> Iterator[Node]:
        """What a task that names the file or folder at `path` uses: its code, and the tables which that reads."""
        files = [file for ending in ("", ".py", ".sql", ".ipynb") if (file := f"{path}{ending}") in self.tree.files]
        if path in self.tree.folders:
            files += [file for file in self.tree.files if file.startswith(f"{path}/")]
        for file in files:
            if file.endswith((".py", ".ipynb")):
                yield CodeUnit(file, WHOLE)
                yield from self._tables_read(CodeUnit(file, WHOLE), {}, None)
            elif file.endswith(".sql"):
                yield from self._statements(file).values()
                for statement in statements(self.tree.text(file)):
                    for parts in tables_of(statement.text):
                        yield from self._tables(parts, None)
            else:
                yield Data(file)

    def _add(self, key: str, pipeline: Mapping[str, Any], files: list[str], datasets: list[Dataset]) -> set[Node]:
        """Add what the pipeline makes; returns the steps that make tables whose names cannot be told."""
        nameless: set[Node] = set()
        defined: dict[CodeUnit, list[Dataset]] = {unit: [] for file in files for unit in self._entry_points(file)}
        effects = {unit for file in files if not file.endswith(".sql") for unit in self.code.effects(file)}
        # Lineage looks at the pipeline's own files; an imported one may define datasets too.
        imported = {unit for unit in effects if unit.name not in (EFFECTS, WHOLE)} - defined.keys()
        defined |= {unit: [] for unit in imported}
        for dataset in datasets:
            defined.setdefault(self._unit_of(dataset), []).append(dataset)
        for unit, definitions in defined.items():
            made: list[Table | Step] = [Table(dataset.name) for dataset in definitions if dataset.name]
            is_unclear = unit.name == WHOLE or (_is_sql(unit) and (not definitions or _names_at_run_time(unit)))
            if not made or any(dataset.name is None for dataset in definitions):
                made.append(Step(key, *unit))
                if definitions or is_unclear or unit in imported:
                    nameless.add(made[-1])
            uses = self._tables_read(unit, settings_of(pipeline), self._lineage.names[key]) | {unit}
            uses |= {Table(read.name) for dataset in definitions for read in (*dataset.reads, *dataset.possible_reads)}
            if is_unclear:
                uses.add(AnyTable())
            for node in made:
                self.uses[node] |= uses
                self.settings[node].add(self._settings(unit, pipeline))
            self.uses[Resource(f"pipelines.{key}")].update(made)
        self.uses[Resource(f"pipelines.{key}")] |= effects
        return nameless

    def _entry_points(self, file: str) -> list[CodeUnit]:
        if file.endswith(".sql"):
            return [*self._statements(file).values()]
        module = self.code.module(file)
        return [CodeUnit(file, name) for name in (module.entry_points if module else [WHOLE])]

    def _unit_of(self, dataset: Dataset) -> CodeUnit:
        file, line = self.tree.relative(Path(dataset.location.file)), dataset.location.line
        if file.endswith(".sql"):
            return next(unit for start, unit in reversed(self._statements(file).items()) if start <= line)
        module = self.code.module(file)
        return CodeUnit(file, module.unit_at(line) if module else WHOLE)

    def _statements(self, file: str) -> dict[int, CodeUnit]:
        """The statements of a SQL file by the line they start on; each is named by what it says."""
        return {one.line: CodeUnit(file, one.code) for one in statements(self.tree.text(file))}

    def _settings(self, unit: CodeUnit, pipeline: Mapping[str, Any]) -> str:
        """What of the pipeline's settings may change the rows that `unit` makes, as text."""
        configuration = settings_of(pipeline)
        if unit.file.endswith(".sql"):
            keys: set[str | None] = set(settings_named(self.tree.text(unit.file)))
        else:
            keys = set().union(*(read.settings for read in self._reads(unit, configuration)))
        read = configuration if None in keys else {key: configuration.get(key) for key in sorted(filter(None, keys))}
        return repr((pipeline.get("environment"), sorted(read.items())))

    def _tables_read(self, unit: CodeUnit, configuration: Mapping[str, str], names: Names | None) -> set[Node]:
        """The tables that `unit` and the code it uses read; `names` is None outside of a pipeline."""
        every = {parts for read in self._reads(unit, configuration) for parts in read.tables}
        return set().union(*(self._tables(parts, names) for parts in every))

    def _tables(self, parts: Parts | None, names: Names | None) -> set[Node]:
        if parts is None:
            return {AnyTable()}
        if names:
            return {Table(names.full(parts))}
        # Outside of a pipeline it is not known which catalog and schema are in use.
        return self._by_suffix[tuple(part.lower() for part in parts)]

    def _reads(self, unit: CodeUnit, configuration: Mapping[str, str]) -> Iterator[Reads]:
        for reached in self._reached(unit):
            source = python_text(reached.file, self.tree.read(reached.file))
            if found := reads_by_unit(source, configuration, self.code.texts_imported(reached.file)).get(reached.name):
                yield found

    def _reached(self, unit: CodeUnit) -> frozenset[CodeUnit]:
        """`unit` and all code it uses, directly or not."""
        seen, waiting = {unit}, [unit]
        while waiting:
            new = {used for used in self.code.uses(waiting.pop()) if isinstance(used, CodeUnit)} - seen
            seen |= new
            waiting += new
        return frozenset(seen)


def _is_sql(unit: CodeUnit) -> bool:
    return unit.file.endswith(".sql") or unit.name.startswith(SQL)


def _names_at_run_time(unit: CodeUnit) -> bool:
    """Whether a statement may read a table whose name only a run would tell; settings are filled in before."""
    return is_computed(unit.name.replace("\0", "").replace("${", ""))
