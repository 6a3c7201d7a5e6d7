"""`just upload-fixtures`: fills a pair's volume in a workspace from the folder that stands for it in local runs."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from local_runner.bundle import resolve
from local_runner.bundle.tree import get
from local_runner.diagnostics import fail
from local_runner.tables.fixtures import Fixtures
from scripts.bundle_files import bundle_root
from scripts.databricks_cli import databricks, is_installed
from scripts.edge import run
from scripts.models import NamespaceResourceConfig


@dataclass(frozen=True)
class Volume:
    """A volume in the workspace of `target`; its `path` is `/Volumes/<catalog>/<schema>/<volume>`."""

    root: Path
    target: str
    path: str

    @property
    def catalog(self) -> str:
        return PurePosixPath(self.path).parts[2]

    def fixtures(self, catalog_prefix: str, schema_prefix: str) -> dict[str, Path]:
        """The files that stand for the volume in local runs, by their paths in it. Raises Failure where there are none."""
        fixtures = Fixtures(self.root / "fixtures", catalog_prefix, schema_prefix)
        names = [name.lower() for name in PurePosixPath(self.path).parts[2:]]
        if files := fixtures.volume_files(*names):
            return files
        folder = fixtures.schema_folders(*names[:2])[-1] / names[2]
        raise fail(f"there are no fixtures for {self.path}", f"Put its files under {folder.relative_to(self.root)}/")

    def changes(self, files: dict[str, Path]) -> dict[str, str]:
        """Those of `files` that the volume has not (`new`), or with other content (`changed`)."""
        sizes = self._sizes("", {str(parent) for name in files for parent in PurePosixPath(name).parents})
        changes = {}
        for name, file in files.items():
            if name not in sizes:
                changes[name] = "new"
            elif sizes[name] != file.stat().st_size or self._content(name) != file.read_bytes():
                changes[name] = "changed"
        return changes

    def upload(self, files: dict[str, Path]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # In one folder, they are one copy, whose files the CLI sends side by side.
            for name, file in files.items():
                staged = Path(folder, name)
                staged.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, staged)
            self._fs("cp", "--recursive", "--overwrite", folder, f"dbfs:{self.path}")

    def _sizes(self, folder: str, wanted: set[str]) -> dict[str, int]:
        """The files in `folder` by their paths in the volume, and those in the folders below that are `wanted`."""
        sizes = {}
        for entry in json.loads(self._fs("ls", "--output=json", self._uri(folder))) or []:
            path = str(PurePosixPath(folder, entry["name"]))
            if not entry["is_directory"]:
                sizes[path] = entry["size"]
            elif path in wanted:
                sizes |= self._sizes(path, wanted)
        return sizes

    def _content(self, name: str) -> bytes:
        return self._fs("cat", "--output=text", self._uri(name))

    def _uri(self, name: str) -> str:
        return f"dbfs:{PurePosixPath(self.path, name)}"

    def _fs(self, verb: str, *arguments: str) -> bytes:
        return databricks(self.root, ["fs", verb, f"--target={self.target}", *arguments], subprocess.PIPE)


def _resolved(root: Path, target: str) -> dict[str, Any]:
    """The bundle for `target`, as the CLI resolves it: only the workspace knows whose short name dev's schemas begin with.

    Without the CLI, what is asked for can still be refused for what is wrong with it.
    """
    if not is_installed():
        return resolve(root, target).raise_for_errors().value
    asked = ["bundle", "validate", "--output=json", f"--target={target}"]
    return json.loads(databricks(root, asked, subprocess.PIPE))


def main() -> None:
    parser = argparse.ArgumentParser(prog="upload_fixtures", description=__doc__, allow_abbrev=False)
    parser.add_argument("domain")
    parser.add_argument("source")
    parser.add_argument("target", nargs="?", default="dev", help="the target whose volume to fill (default: dev)")
    parser.add_argument("--dry-run", action="store_true", help="show what would be uploaded, and upload nothing")
    parser.add_argument("--allow-production", action="store_true", help="fill the volume that has no target's prefix")
    options = parser.parse_args()
    pair = NamespaceResourceConfig(domain=options.domain, source=options.source)

    root = bundle_root()
    bundle = _resolved(root, options.target)
    path = get(bundle, "resources", "volumes", pair.volume_resource_var, "volume_path")
    if path is None:
        remedy = f"This makes it: just build-namespace-resource {pair.domain} {pair.source}"
        raise fail(f"the bundle has no volume {pair.volume_resource_var}", remedy)
    volume = Volume(root, options.target, path)
    if volume.catalog == pair.domain and not options.allow_production:
        raise fail(
            f"{volume.path} of {options.target} is where real files land; nothing was uploaded",
            "Fixtures are made up. Where that is meant, say so: --allow-production",
        )
    prefixes = [get(bundle, "variables", name, "value") or "" for name in ("catalog", "schema")]
    files = volume.fixtures(*prefixes)
    try:
        changes = volume.changes(files)
    except SystemExit:
        print(f"  Is it deployed? just deploy-domain {pair.domain} {options.target}", file=sys.stderr)
        raise
    for name, change in changes.items():
        print(f"  {change} {name}")
    verb = "Would upload" if options.dry_run else "Uploading"
    print(f"{verb} {len(changes)} of {len(files)} files to {volume.path} of {options.target}")
    if changes and not options.dry_run:
        volume.upload({name: files[name] for name in changes})


if __name__ == "__main__":
    sys.exit(run(main))
