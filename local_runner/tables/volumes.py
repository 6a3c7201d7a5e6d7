"""Volume paths (`/Volumes/<catalog>/<schema>/<volume>/…`) as folders on this machine, filled from fixtures."""

import os
import re
import shutil
import uuid
from pathlib import Path, PurePosixPath

from local_runner.diagnostics import fail
from local_runner.tables.fixtures import Fixtures

_VOLUME = re.compile(r"^(?:dbfs:)?/Volumes/(?P<catalog>[^/]+)/(?P<schema>[^/]+)/(?P<volume>[^/]+)(?:/(?P<rest>.*))?$")
_DBFS = re.compile(r"^dbfs:/(?P<rest>.*)$")


class Volumes:
    """The volumes and DBFS of one target, under its state folder (`.local/<target>`)."""

    def __init__(self, state: Path, fixtures: Fixtures) -> None:
        self._state = state
        self._fixtures = fixtures
        self._filled: set[Path] = set()

    def local_path(self, path: str) -> str:
        """The place on this machine that a workspace path stands for; any other path as it is.

        Raises Failure where the path climbs out of its volume, or where a volume has neither fixtures nor files.
        """
        if match := _VOLUME.match(path):
            catalog, schema, volume = (match[part].lower() for part in ("catalog", "schema", "volume"))
            base = self._state / "volumes" / catalog / schema / volume
            self._fill(base, self._fixtures.volume_folder(catalog, schema, volume))
            if not base.is_dir():
                wanted = self._fixtures.schema_folders(catalog, schema)[-1] / volume
                raise fail(f"the volume {catalog}.{schema}.{volume} is empty here", f"Put its files under {wanted}/")
        elif match := _DBFS.match(path):
            base = self._state / "dbfs"
        else:
            return path
        rest = PurePosixPath(match["rest"] or "")
        if ".." in rest.parts:
            raise fail(f"'{path}' climbs out of its volume", "Leave out the '..'")
        return str(base / rest)

    def _fill(self, base: Path, source: Path | None) -> None:
        """Copy new and changed fixture files into the volume, once a run; a reader never sees half a file."""
        if source is None or base in self._filled:
            return
        for file in sorted(path for path in source.rglob("*") if path.is_file() and path.name != ".gitkeep"):
            target = base / file.relative_to(source)
            if target.exists() and _same(file, target):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            staged = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
            shutil.copy2(file, staged)
            os.replace(staged, target)
        self._filled.add(base)


def _same(one: Path, other: Path) -> bool:
    a, b = one.stat(), other.stat()
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)
