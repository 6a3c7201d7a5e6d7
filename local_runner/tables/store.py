"""The tables of one target, a folder each.

    <state>/tables/<catalog>/<schema>/<table>/
        table.json                        which version is the good one; replaced in one step
        versions/<id>/data/               parquet files that readers see
        versions/<id>/flows/<flow>/       what a streaming flow has written, and its checkpoint
        versions/<id>/events/             change events of an Auto CDC target, from which later versions are computed too

Nothing points to a version before it is whole, so a kill at any moment leaves the last good one readable.
"""

import json
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from local_runner.tables.name import TableName, named


@dataclass(frozen=True)
class ChangeLog:
    """The version that holds the change events of an Auto CDC target, how they are applied, and their schema."""

    version: str
    keys: list[str]
    scd_type: int
    schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class TableEntry:
    """What `table.json` holds.

    `schema` is Spark's JSON form of a StructType; `sources` are the versions of the tables it has read as streams.
    `previous` is the version that was the good one before this. `active` is false where `pipeline` no longer defines it.
    """

    name: TableName
    kind: str
    version: str
    schema: dict[str, Any]
    pipeline: str
    comment: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    log: ChangeLog | None = None
    previous: str = ""
    active: bool = True

    @property
    def versions(self) -> set[str]:
        """The versions that must stay on disk."""
        return {self.version, self.previous, self.log.version if self.log else ""}


class TableStore:
    """Reads and publishes the tables under one state folder (`.local/<target>`)."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._tables = state / "tables"

    def folder(self, name: TableName) -> Path:
        return self._tables / name.catalog / name.schema / name.table

    def version_folder(self, name: TableName, version: str) -> Path:
        return self.folder(name) / "versions" / version

    def data_folder(self, entry: TableEntry) -> Path:
        return self.version_folder(entry.name, entry.version) / "data"

    def find(self, name: TableName) -> TableEntry | None:
        """The table's entry, or None where no run has finished it yet."""
        try:
            values = json.loads(self._file(name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        log = values.get("log") and ChangeLog(**values["log"])
        return TableEntry(**{**values, "name": TableName(**values["name"]), "log": log})

    def updated(self, entry: TableEntry) -> datetime:
        """When the last run that wrote the table finished it, in UTC."""
        return datetime.fromtimestamp(self._file(entry.name).stat().st_mtime, timezone.utc)

    def all(self) -> list[TableEntry]:
        """Every table of the target, by name."""
        return self._entries(self._tables.glob("*/*/*/table.json"))

    def made_by(self, pipeline: str) -> list[TableEntry]:
        """The tables that `pipeline` was the last to write, by name."""
        said = json.dumps(pipeline)
        # Thousands of others need not be parsed for it.
        files = (file for file in self._tables.glob("*/*/*/table.json") if said in file.read_text("utf-8"))
        return [entry for entry in self._entries(files) if entry.pipeline == pipeline]

    def _entries(self, files: Iterable[Path]) -> list[TableEntry]:
        names = [TableName(*file.parent.parts[-3:]) for file in files]
        return [entry for name in sorted(names) if (entry := self.find(name))]

    def new_version(self, name: TableName) -> str:
        """Make the folder of a version that nobody reads yet; its id is never used twice.

        What a broken run has left goes first: it may be what fills the disk.
        """
        entry = self.find(name)
        self._sweep(name, entry.versions if entry else set())
        version = uuid.uuid4().hex[:12]
        (self.version_folder(name, version) / "data").mkdir(parents=True)
        return version

    def publish(self, entry: TableEntry) -> None:
        """Make `entry`'s version the one that readers see.

        The version before it stays on disk for readers that have just opened it; older ones go.
        """
        before = self.find(entry.name)
        if before and before.version != entry.version:
            entry = replace(entry, previous=before.version)
        os.replace(self._staged(entry), self._file(entry.name))
        self._sweep(entry.name, entry.versions)

    def mark(self, entry: TableEntry, active: bool) -> None:
        """Say whether the table's pipeline still defines it. When it was last written stays as it is."""
        file = self._file(entry.name)
        written = file.stat().st_mtime_ns
        staged = self._staged(replace(entry, active=active))
        os.utime(staged, ns=(written, written))
        os.replace(staged, file)

    def discard(self, name: TableName, version: str) -> None:
        """Remove a version that was never published."""
        shutil.rmtree(self.version_folder(name, version), ignore_errors=True)

    def _file(self, name: TableName) -> Path:
        return self.folder(name) / "table.json"

    def _staged(self, entry: TableEntry) -> Path:
        """A file beside `table.json`, to be put in its place."""
        staged = self.folder(entry.name) / "table.json.new"
        staged.write_text(json.dumps(asdict(entry), indent=1), "utf-8")
        return staged

    def _sweep(self, name: TableName, kept: set[str]) -> None:
        for version in (self.folder(name) / "versions").glob("*"):
            if version.name not in kept:
                shutil.rmtree(version, ignore_errors=True)

    def lookup(self, text: str) -> TableEntry:
        """The table that `text` names: whole, or by its last parts where only one table ends so.

        Raises Failure naming the tables there are.
        """
        entries = {entry.name: entry for entry in self.all()}
        return entries[named(text, list(entries))]
