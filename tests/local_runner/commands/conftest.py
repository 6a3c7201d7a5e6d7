"""`bundle`: a bundle's folder with tables that a run could have left, written here without the runner's pipelines."""

import json
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local_runner.cli import main
from local_runner.tables import TableEntry, TableName, TableStore

ORDERS = [
    {"id": 1, "price": Decimal("10.50"), "note": "a"},
    {"id": 2, "price": Decimal("0.25"), "note": None},
    {"id": 3, "price": None, "note": "é"},
]
ORDERS_SCHEMA = {
    "type": "struct",
    "fields": [
        {"name": "id", "type": "integer", "nullable": True, "metadata": {}},
        {"name": "price", "type": "decimal(10,2)", "nullable": True, "metadata": {}},
        {"name": "note", "type": "string", "nullable": True, "metadata": {}},
    ],
}
UPDATED = 1_700_000_000  # 2023-11-14 22:13:20 UTC


@dataclass
class Bundle:
    """Its folder, and the command line over it."""

    root: Path
    capsys: Any

    def store(self, name: str, kind: str, target: str = "dev", comment: str | None = None) -> None:
        """Put the orders into a table, in two files."""
        pa = pytest.importorskip("pyarrow", reason="comes with Spark, for Python 3.11 and newer")
        parquet = pytest.importorskip("pyarrow.parquet")
        arrow = pa.schema([("id", pa.int32()), ("price", pa.decimal128(10, 2)), ("note", pa.string())])
        store = TableStore(self.root / ".local" / target)
        entry = TableEntry(TableName.parse(name, "", ""), kind, "", ORDERS_SCHEMA, "shop", comment)
        version = store.new_version(entry.name)
        for number, rows in enumerate([ORDERS[:2], ORDERS[2:]]):
            file = store.version_folder(entry.name, version) / "data" / f"part-{number}.parquet"
            parquet.write_table(pa.Table.from_pylist(rows, arrow), file)
        store.publish(TableEntry(entry.name, kind, version, ORDERS_SCHEMA, "shop", comment))
        os.utime(store.folder(entry.name) / "table.json", (UPDATED, UPDATED))

    def __call__(self, verb: str, *arguments: str) -> tuple[int, str, str]:
        """The exit code of a verb, and what it has written to stdout and stderr."""
        self.capsys.readouterr()
        code = main([verb, "--bundle", str(self.root), *arguments])
        return code, *self.capsys.readouterr()

    def json(self, verb: str, *arguments: str) -> list[dict[str, Any]]:
        """What a verb prints with `-o json`, a value a line."""
        code, out, err = self(verb, *arguments, "-o", "json")
        assert (code, err) == (0, "")
        return [json.loads(line, parse_float=Decimal) for line in out.splitlines()]


@pytest.fixture
def bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bundle:
    (tmp_path / "databricks.yml").write_text(
        """\
bundle: {name: shop}
variables: {catalog: {description: prefix, default: dev_}}
targets:
  prod: {workspace: {host: https://example.com}, variables: {catalog: ""}}
  dev: {default: true, workspace: {host: https://example.com}}
"""
    )
    return Bundle(tmp_path, capsys)
