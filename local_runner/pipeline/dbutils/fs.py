"""`dbutils.fs`: the files of volumes and of DBFS, which are folders under `.local/<target>`; nothing outside them."""

import os
import shutil
import uuid
from pathlib import Path
from typing import NamedTuple

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import caller
from local_runner.tables.volumes import Volumes


class FileInfo(NamedTuple):
    """An entry of a folder; a folder's name ends in a slash. `modificationTime` is in milliseconds since 1970."""

    path: str
    name: str
    size: int
    modificationTime: int

    def isDir(self) -> bool:
        return self.name.endswith("/")

    def isFile(self) -> bool:
        return not self.isDir()


class FileSystem:
    def __init__(self, volumes: Volumes) -> None:
        self._volumes = volumes

    def ls(self, dir: str) -> list[FileInfo]:
        """What is in a folder, by name; a file alone, where `dir` is one."""
        place = self._there(dir)
        uri = self._volumes.uri_of(place)
        if place.is_file():
            return [_info(place, uri)]
        return [_info(entry, f"{uri}/{entry.name}") for entry in sorted(place.iterdir())]

    def head(self, file: str, maxBytes: int = 65536) -> str:
        with self._file(file).open("rb") as stream:
            return stream.read(maxBytes).decode(errors="ignore")

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write a file of text, in one step."""
        place = self._place(file)
        if place.exists() and not overwrite:
            raise fail(f"{file} exists already", "Pass overwrite=True", caller())
        place.parent.mkdir(parents=True, exist_ok=True)
        staged = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
        staged.write_text(contents, "utf-8")
        os.replace(staged, place)
        return True

    def mkdirs(self, dir: str) -> bool:
        self._place(dir).mkdir(parents=True, exist_ok=True)
        return True

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy a file, or with `recurse` a folder. A file goes into `dest` where that is a folder."""
        place = self._there(source)
        target = self._target(place, dest)
        target.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            self._needs(recurse, source)
            shutil.copytree(place, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(place, target)
        return True

    def mv(self, source: str, dest: str, recurse: bool = False) -> bool:
        """As `cp`, and the source is gone."""
        self.cp(source, dest, recurse)
        return self.rm(source, recurse)

    def rm(self, dir: str, recurse: bool = False) -> bool:
        """Remove a file, an empty folder, or with `recurse` a full one; False where there is none."""
        place = self._place(dir)
        if place.is_file():
            place.unlink()
        elif place.is_dir():
            if any(place.iterdir()):
                self._needs(recurse, dir)
            shutil.rmtree(place)
        else:
            return False
        return True

    def _place(self, path: str) -> Path:
        # An absolute path means DBFS, as on Databricks.
        place = self._volumes.place(path) or (self._volumes.place(f"dbfs:{path}") if path.startswith("/") else None)
        if place is None:
            remedy = "Use /Volumes/<catalog>/<schema>/<volume>/… or dbfs:/…"
            raise fail(f"'{path}' is no path of a workspace", remedy, caller())
        return place

    def _there(self, path: str) -> Path:
        place = self._place(path)
        if not place.exists():
            raise fail(f"there is no file or folder {path}", f"On this machine it would be {place}", caller())
        return place

    def _file(self, path: str) -> Path:
        place = self._there(path)
        if place.is_dir():
            raise fail(f"{path} is a folder", "Name a file", caller())
        return place

    def _target(self, place: Path, dest: str) -> Path:
        target = self._place(dest)
        return target / place.name if place.is_file() and (target.is_dir() or dest.endswith("/")) else target

    def _needs(self, recurse: bool, path: str) -> None:
        if not recurse:
            raise fail(f"{path} is a folder with files in it", "Pass recurse=True", caller())


def _info(place: Path, uri: str) -> FileInfo:
    status = place.stat()
    slash = "/" if place.is_dir() else ""
    return FileInfo(f"{uri}{slash}", f"{place.name}{slash}", 0 if slash else status.st_size, int(status.st_mtime * 1000))
