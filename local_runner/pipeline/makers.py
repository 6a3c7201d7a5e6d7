"""Which pipeline makes a stored table, and whether it still does.

A table that its pipeline no longer defines keeps its rows, for a person to look at. They are nobody's input: they would be
read as if they were up to date.
"""

from collections.abc import Collection
from dataclasses import dataclass

from local_runner.pipeline.definitions import Definitions
from local_runner.tables import TableEntry, TableStore


@dataclass(frozen=True)
class Makers:
    """The bundle's `pipelines`, by key. What the pipeline `key` makes its `definitions` say; of others, their last run."""

    key: str
    definitions: Definitions
    pipelines: Collection[str]

    def gone(self, entry: TableEntry) -> str | None:
        """Who made the table and does so no longer, as a relative clause; None where it is still made."""
        if entry.pipeline == self.key:
            return None if self.definitions.makes(entry.name) else "which this pipeline made and no longer defines"
        if entry.pipeline not in self.pipelines:
            return f"which the pipeline {entry.pipeline} made, and there is no such pipeline any more"
        return None if entry.active else f"which the pipeline {entry.pipeline} made and no longer defines"

    def record(self, store: TableStore) -> None:
        """Mark each table of this pipeline by whether it is still defined, for the other pipelines."""
        for entry in store.made_by(self.key):
            if entry.active != self.definitions.makes(entry.name):
                store.mark(entry, not entry.active)
