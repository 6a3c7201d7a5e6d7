"""Volume paths (`/Volumes/<catalog>/<schema>/<volume>/…`) as folders on this machine, filled from fixtures."""

import os
import re
import shutil
import threading
import uuid
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from local_runner.diagnostics import Failure, fail
from local_runner.tables.fixtures import Fixtures

_VOLUME = re.compile(r"^(?:dbfs:)?/Volumes/(?P<catalog>[^/]+)/(?P<schema>[^/]+)/(?P<volume>[^/]+)(?:/(?P<rest>.*))?$")
_WILDCARD = re.compile(r"[*?\[{]")
_DBFS = re.compile(r"^dbfs:/(?P<rest>.*)$")
_FILE = re.compile(r"^file:/+")


class Volumes:
    """The volumes and DBFS of one target, under its state folder (`.local/<target>`)."""

    def __init__(self, state: Path, fixtures: Fixtures) -> None:
        self._state = state
        self._fixtures = fixtures
        self._filled: set[Path] = set()
        self._filling = threading.Lock()

    def local_path(self, path: str) -> str:
        """The place on this machine that a workspace path or a file:/… stands for; any other path as it is.

        Raises Failure where the path climbs out of its volume, or where neither fixtures nor files are there.
        """
        place = self.place(path)
        if match := _VOLUME.match(path):
            # A pattern may match nothing yet.
            needed = self._state.joinpath("volumes", *_names(match)) if _WILDCARD.search(path) else place
            if not needed.exists():
                raise self._nothing_at(match, place)
        return str(place or _FILE.sub("/", path))

    def _nothing_at(self, match: re.Match[str], place: Path) -> Failure:
        names, inside = _names(match), (match["rest"] or "").strip("/")
        if pattern := _WILDCARD.search(inside):
            inside = inside[: pattern.start()].rpartition("/")[0]
        home = self._fixtures.volume_folder(*names) or self._fixtures.schema_folders(*names[:2])[-1] / names[2]
        wanted = home / inside
        to_do = f"Add {wanted}" if wanted.suffix else f"Put its files under {wanted}/"
        volume = ".".join(names)
        if not self._state.joinpath("volumes", *names).is_dir():
            folders = self._fixtures.schema_folders(*names[:2])
            similar = self._fixtures.similar(*names[:2])
            if len(folders) == 1 and similar != names[:2]:
                to_do = f"Did you mean /Volumes/{'/'.join([*similar, names[2]])}, without a target's prefix? If not: {to_do}"
            return fail(f"the volume {volume} is empty here", to_do)
        siblings = [path.name for path in place.parent.iterdir()] if place.parent.is_dir() else []
        close = get_close_matches(place.name, siblings, n=1)
        return fail(f"the volume {volume} has no {inside} here", f"Did you mean {close[0]}? {to_do}" if close else to_do)

    def origin(self, path: str) -> Path | None:
        """The file that a person edits to change the one at a workspace path: its fixture, else the file itself."""
        place, match = self.place(path), _VOLUME.match(path)
        folder = self._fixtures.volume_folder(*_names(match)) if match else None
        fixture = folder / (match["rest"] or "") if folder else None
        return fixture if fixture and fixture.exists() else place

    def folder_to_write(self, path: str) -> Path:
        """The folder on this machine, made where it is missing, in which files for a workspace path go.

        Raises Failure for a path that is in no volume and not in DBFS: local runs write nowhere else.
        """
        folder = self.place(path)
        if folder is None:
            raise fail(f"'{path}' is no path of a workspace", "Write to /Volumes/<catalog>/<schema>/<volume>/… or dbfs:/…")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def place(self, path: str) -> Path | None:
        """The place on this machine that a workspace path stands for, be there something or not; None for another path.

        Raises Failure where the path climbs out of its volume.
        """
        if ".." in PurePosixPath(path).parts and (_VOLUME.match(path) or _DBFS.match(path)):
            raise fail(f"'{path}' climbs out of its volume", "Leave out the '..'")
        if match := _VOLUME.match(path):
            catalog, schema, volume = _names(match)
            base = self._state / "volumes" / catalog / schema / volume
            self._fill(base, catalog, schema, volume)
        elif match := _DBFS.match(path):
            base = self._state / "dbfs"
        else:
            return None
        place = base / (match["rest"] or "").lstrip("/")
        if not place.resolve().is_relative_to(base.resolve()):
            raise fail(f"'{path}' is a link out of its volume", "Put the file itself there")
        return place

    def uri(self, path: str) -> str:
        """The name under which Spark finds a workspace path, given `spark_settings`: dbfs:/…, as on Databricks.

        Raises Failure as `local_path` does, and for a path in cloud storage.
        """
        local = self.local_path(path)
        if self.place(path):
            return self.uri_of(Path(local))
        if match := re.match(r"(?!file:)(\w+)://", path):
            raise fail(f"'{path}' is in cloud storage ({match[1]}), which local runs do not read", "Read it from a volume")
        return path

    def uri_of(self, place: Path) -> str:
        """The dbfs:/… path that stands for a place in a volume or in DBFS."""
        root, folder = next(item for item in self._places().items() if place.is_relative_to(item[1]))
        return f"dbfs:{PurePosixPath(root, place.relative_to(folder))}"

    def spark_settings(self) -> dict[str, str]:
        """Settings of a Spark session in which dbfs:/… is a name for the volumes' and DBFS' folders on this machine.

        The scheme is laid over local folders by Hadoop's ViewFileSystemOverloadScheme.
        """
        for folder in self._places().values():
            folder.mkdir(parents=True, exist_ok=True)
        links = {"/": "linkFallback", "/Volumes": "link./Volumes"}
        return {
            "fs.dbfs.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
            # Another bundle's target has other folders under the same scheme.
            "fs.dbfs.impl.disable.cache": "true",
            # It is never closed: each look at a dbfs path would leave a file system with its settings in the server.
            "fs.viewfs.enable.inner.cache": "false",
            "fs.viewfs.overload.scheme.target.file.impl": "org.apache.hadoop.fs.LocalFileSystem",
            **{f"fs.viewfs.mounttable.default.{links[place]}": folder.as_uri() for place, folder in self._places().items()},
        }

    def _places(self) -> dict[str, Path]:
        return {"/Volumes": self._state / "volumes", "/": self._state / "dbfs"}

    def _fill(self, base: Path, catalog: str, schema: str, volume: str) -> None:
        """Bring the volume up to its fixtures, once a run; files that came from elsewhere stay.

        A reader never sees half a file. The list of what came from fixtures is beside the volume: without it a renamed
        fixture would be read twice.
        """
        with self._filling:
            if base in self._filled:
                return
            listing = base.with_name(f"{base.name}.fixtures")
            before = set(listing.read_text("utf-8").splitlines()) if listing.exists() else set()
            now = self._fixtures.volume_files(catalog, schema, volume)
            for name in before - now.keys():
                (base / name).unlink(missing_ok=True)
            if before | now.keys():
                _write(listing, "".join(f"{name}\n" for name in sorted(now)))
            for name, file in now.items():
                _copy(file, base / name)
            self._filled.add(base)


def _names(match: re.Match[str]) -> tuple[str, str, str]:
    return match["catalog"].lower(), match["schema"].lower(), match["volume"].lower()


def _copy(file: Path, target: Path) -> None:
    if target.exists() and _same(file, target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    shutil.copy2(file, staged)
    os.replace(staged, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    staged.write_text(text, "utf-8")
    os.replace(staged, path)


def _same(one: Path, other: Path) -> bool:
    a, b = one.stat(), other.stat()
    return (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)
