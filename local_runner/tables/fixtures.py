"""Where a bundle keeps the data that stands in for what a workspace would hold.

    fixtures/<catalog>/<schema>/<table>.csv|json|jsonl|parquet     a table that the bundle reads but does not make
    fixtures/<catalog>/<schema>/<volume>/...                       the files of a volume

A target's own prefix is left out of the folder names: where the bundle has variables `catalog` and `schema`, their
values are what that target puts before each catalog and schema, and `dev_sales` finds its files under `sales`.
"""

from dataclasses import dataclass
from pathlib import Path

from local_runner.tables.name import TableName

SUFFIXES = (".csv", ".json", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Fixtures:
    """The `folder` of fixtures, read for a target with these prefixes, in small letters as names are."""

    folder: Path
    catalog_prefix: str = ""
    schema_prefix: str = ""

    def schema_folders(self, catalog: str, schema: str) -> list[Path]:
        """The folders that may hold files of `catalog.schema`, the most exact first."""
        catalogs = dict.fromkeys([catalog, catalog.removeprefix(self.catalog_prefix)])
        schemas = dict.fromkeys([schema, schema.removeprefix(self.schema_prefix)])
        return [self.folder / c / s for c in catalogs for s in schemas if c and s]

    def without_prefix(self, name: TableName) -> TableName:
        """The name of a table of the target as the folders of its fixture have it."""
        catalog, schema = name.catalog.removeprefix(self.catalog_prefix), name.schema.removeprefix(self.schema_prefix)
        return TableName(catalog, schema, name.table)

    def similar(self, catalog: str, schema: str) -> tuple[str, str]:
        """The folders that `catalog` and `schema` would have without a prefix that is not the target's, else these."""
        folder = _similar(self.folder, catalog)
        return folder, _similar(self.folder / folder, schema)

    def table_file(self, catalog: str, schema: str, table: str) -> Path | None:
        """The fixture file of a table, or None where there is none."""
        for folder in self.schema_folders(catalog, schema):
            for suffix in SUFFIXES:
                if (path := folder / f"{table}{suffix}").exists():
                    return path
        return None

    def tables(self) -> list[TableName]:
        """The tables that have a fixture file, under the names of their folders."""
        files = [file for file in self.folder.glob("*/*/*") if file.suffix in SUFFIXES]
        return sorted({TableName.of_parts([*file.parts[-3:-1], file.stem], "", "") for file in files})

    def volume_folder(self, catalog: str, schema: str, volume: str) -> Path | None:
        """The fixture folder of a volume, or None where there is none."""
        return next((p for f in self.schema_folders(catalog, schema) if (p := f / volume).is_dir()), None)

    def volume_files(self, catalog: str, schema: str, volume: str) -> dict[str, Path]:
        """The fixture files of a volume by their paths in it, sorted; a .gitkeep is none of them."""
        folder = self.volume_folder(catalog, schema, volume)
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder else []
        return {file.relative_to(folder).as_posix(): file for file in files if file.name != ".gitkeep"}


def _similar(home: Path, name: str) -> str:
    found = [path.name for path in home.glob("*") if path.is_dir() and f"_{name}".endswith(f"_{path.name}")]
    return max(found, key=len, default=name)
