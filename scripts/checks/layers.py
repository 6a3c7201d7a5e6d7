"""What a pipeline's source file may read: the layers of its own domain in their order, and of another domain base and final.

A file's place in `src/<domain>/<source>/transformations/` gives its domain, its name's prefix the layer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_runner.diagnostics import Diagnostic, Severity
from scripts.lineage import Dataset, Lineage, TableName, TableRead

LAYERS = ("raw", "base", "staging", "final")
_PREFIX = re.compile(rf"({'|'.join(LAYERS)})_")
_PRIVATE = ("raw", "staging")


@dataclass(frozen=True)
class Place:
    domain: str
    layer: str

    @property
    def depth(self) -> int:
        return LAYERS.index(self.layer)


def reads_against_the_layers(lineage: Lineage) -> list[Diagnostic]:
    """A layer reads its own or the one before it: a later one is an error, one further back a warning."""
    found = []
    for reader, read, source in _reads(lineage):
        steps = reader.depth - source.depth
        if reader.domain != source.domain or steps in (0, 1):
            continue
        table = read.name.table
        if steps < 0:
            summary = f"the {reader.layer} layer reads {table}, which is of the later layer {source.layer}"
            remedy = f"Move what needs {table} to a {source.layer}_ file, or a layer after it."
            found.append(Diagnostic(summary, remedy, read.location))
        else:
            summary = (
                f"the {reader.layer} layer reads {table} and skips {' and '.join(LAYERS[source.depth + 1 : reader.depth])}"
            )
            remedy = f"Read a table of the {LAYERS[reader.depth - 1]} layer: a layer reads its own or the one before it."
            found.append(Diagnostic(summary, remedy, read.location, Severity.WARNING))
    return found


def reads_of_another_domain(lineage: Lineage) -> list[Diagnostic]:
    """A domain's raw and staging tables are its own."""
    return [
        Diagnostic(
            f"{reader.domain} reads {read.name.table}, which is of the {source.layer} layer of {source.domain}",
            f"Read a base or final table of {source.domain}: its raw and staging tables are its own.",
            read.location,
        )
        for reader, read, source in _reads(lineage)
        if reader.domain != source.domain and source.layer in _PRIVATE
    ]


def _reads(lineage: Lineage) -> Iterator[tuple[Place, TableRead, Place]]:
    """Each read whose reader and source both have a place."""
    places = {dataset: place for dataset in lineage.datasets if (place := _place(dataset, lineage.root))}
    catalogs = {dataset.name.catalog: place.domain for dataset, place in places.items() if dataset.name}
    domains = {place.domain for place in places.values()}
    for dataset, place in places.items():
        for read in dict.fromkeys(dataset.reads):
            known = [places[producer] for producer in lineage.producers.get(read.name, ()) if producer in places]
            source = known[0] if known else _place_by_name(read.name, catalogs, domains)
            if source:
                yield place, read, source


def _place(dataset: Dataset, root: Path) -> Place | None:
    file = Path(dataset.location.file)
    parts = file.relative_to(root).parts if file.is_relative_to(root) else ()
    layer = _PREFIX.match(file.name)
    if len(parts) < 5 or (parts[0], parts[3]) != ("src", "transformations") or not layer:
        return None
    return Place(parts[1], layer[1])


def _place_by_name(name: TableName, catalogs: dict[str, str], domains: set[str]) -> Place | None:
    """The place of a table that no pipeline here writes, by its catalog: a domain's, under its own name or the target's."""
    domain = catalogs.get(name.catalog) or (name.catalog if name.catalog in domains else None)
    layer = _PREFIX.match(name.table)
    return Place(domain, layer[1]) if domain and layer else None
