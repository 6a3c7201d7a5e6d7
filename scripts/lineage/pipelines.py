"""The datasets of all pipelines of a bundle, with full names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import get
from local_runner.diagnostics import Diagnostic, Location
from scripts.lineage.python_source import read_python
from scripts.lineage.source import Definition, Kind, MissingSetting, Parts, Source
from scripts.lineage.sql_source import read_sql
from scripts.patterns import files

_READERS = {".py": read_python, ".sql": read_sql, ".ipynb": read_python}


class TableName(NamedTuple):
    """A table's full name in lower case; what only its pipeline sees has no catalog, and the pipeline's key as schema."""

    catalog: str
    schema: str
    table: str


@dataclass(frozen=True)
class TableRead:
    name: TableName
    location: Location


@dataclass(frozen=True)
class Dataset:
    """What one definition in a source file writes (None where its name cannot be told) and reads.

    `possible_reads` are the names in a query that cannot be parsed: more than it reads.
    """

    pipeline: str
    name: TableName | None
    kind: Kind
    location: Location
    reads: tuple[TableRead, ...]
    possible_reads: tuple[TableRead, ...] = ()


@dataclass(frozen=True)
class Names:
    """How the code of one pipeline names tables: `private` are those that only it sees."""

    pipeline: str
    catalog: str
    schema: str
    private: frozenset[str]

    def full(self, parts: Parts) -> TableName:
        own = _own(parts)
        if len(own) == 1 and (own[0].lower() in self.private or not self.schema):
            return TableName("", self.pipeline, own[0].lower())
        return TableName(*(part.lower() for part in (self.catalog, self.schema, "")[: 3 - len(own)] + own))


@dataclass(frozen=True)
class Lineage:
    """`files` are the source files by pipeline, `names` how each names tables; `problems` are what is no Python or SQL.

    `settings` are each pipeline's own, `missing_settings` the others that its files read.
    """

    root: Path
    files: Mapping[str, tuple[Path, ...]]
    names: Mapping[str, Names]
    datasets: tuple[Dataset, ...]
    problems: tuple[Diagnostic, ...]
    settings: Mapping[str, Mapping[str, str]]
    missing_settings: Mapping[str, tuple[MissingSetting, ...]]

    @cached_property
    def producers(self) -> dict[TableName, list[Dataset]]:
        """The definitions that write each table."""
        found: dict[TableName, list[Dataset]] = defaultdict(list)
        for dataset in self.datasets:
            if dataset.name:
                found[dataset.name].append(dataset)
        return dict(found)


def lineage(bundle: ResolvedBundle) -> Lineage:
    """What the pipelines of `bundle` write and read."""
    sources: dict[str, tuple[Path, ...]] = {}
    names: dict[str, Names] = {}
    datasets: list[Dataset] = []
    problems: dict[Diagnostic, None] = {}
    settings: dict[str, dict[str, str]] = {}
    missing: dict[str, tuple[MissingSetting, ...]] = {}
    for key in get(bundle.config, "resources", "pipelines") or {}:
        pipeline = bundle.deployed("resources", "pipelines", key)
        if not isinstance(pipeline, dict):
            continue
        sources[key] = tuple(source_files(bundle, pipeline))
        settings[key], missing[key] = settings_of(pipeline), ()
        definitions: list[Definition] = []
        for file in sources[key]:
            source = _read(file, settings[key])
            missing[key] += source.missing_settings
            definitions += source.definitions
            problems.update(dict.fromkeys(source.problems))
        names[key] = _names(key, pipeline, definitions)
        datasets += _named(names[key], definitions)
    return Lineage(bundle.root, sources, names, tuple(datasets), tuple(problems), settings, missing)


def settings_of(pipeline: Mapping[str, Any]) -> dict[str, str]:
    """What `spark.conf.get` gives in the code of a pipeline: its `configuration`."""
    settings = pipeline.get("configuration")
    return {name: str(value) for name, value in settings.items()} if isinstance(settings, dict) else {}


def source_files(bundle: ResolvedBundle, pipeline: Mapping[str, Any]) -> list[Path]:
    """The .py, .sql and .ipynb files of a pipeline of `bundle` that are on this machine, sorted."""
    sources: set[Path] = set()
    libraries = pipeline.get("libraries")
    for library in libraries if isinstance(libraries, list) else ():
        for kind, field in (("glob", "include"), ("file", "path"), ("notebook", "path")):
            path = get(library, kind, field)
            local = bundle.local(path) if isinstance(path, str) else None
            if local is None:
                continue
            # A notebook has no extension in the workspace.
            candidates = [local, *(local.with_name(local.name + suffix) for suffix in _READERS)]
            found = files(local) if kind == "glob" else (path for path in candidates if path.is_file())
            sources.update(path for path in found if path.suffix in _READERS)
    return sorted(sources)


def _read(file: Path, settings: Mapping[str, str]) -> Source:
    try:
        return _source(file.read_bytes(), file.suffix, frozenset(settings.items())).at(str(file))
    except OSError as error:
        problem = Diagnostic(f"cannot be read: {error.strerror}", "Check who may read it.", Location(str(file)))
        return Source(problems=(problem,))


# Two versions of a bundle have most of their files in common.
@cache
def _source(content: bytes, suffix: str, settings: frozenset[tuple[str, str]]) -> Source:
    return _READERS[suffix](content, f"source{suffix}", dict(settings))


def _names(key: str, pipeline: Mapping[str, Any], definitions: list[Definition]) -> Names:
    catalog, schema = pipeline.get("catalog"), pipeline.get("schema") or pipeline.get("target")
    private = frozenset(_own(d.parts)[-1].lower() for d in definitions if d.kind is Kind.VIEW and d.parts)
    return Names(key, str(catalog or "hive_metastore"), str(schema or ""), private)


def _named(names: Names, definitions: list[Definition]) -> Iterator[Dataset]:
    sinks = {d.parts for d in definitions if d.kind is Kind.SINK}
    for definition in definitions:
        if definition.kind is Kind.SINK or (definition.kind is Kind.FLOW and definition.parts in sinks):
            continue
        reads, possible = (
            tuple(TableRead(names.full(read.parts), read.location) for read in some)
            for some in (definition.reads, definition.possible_reads)
        )
        name = names.full(definition.parts) if definition.parts else None
        yield Dataset(names.pipeline, name, definition.kind, definition.location, reads, possible)


def _own(parts: Parts) -> Parts:
    """`LIVE.x` is the older way to write a pipeline's own `x`."""
    return parts[1:] if len(parts) == 2 and parts[0].lower() == "live" else parts
