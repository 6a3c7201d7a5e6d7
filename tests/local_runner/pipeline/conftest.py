"""`pipeline`: a bundle of one pipeline in a folder of its own, run in this process on the shared session."""

import json
from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local_runner.bundle import resolve
from local_runner.pipeline.result import DatasetResult, PipelineResult
from local_runner.pipeline.run import Selection, run_pipeline
from local_runner.tables import TableStore
from local_runner.tables.rows import rows

BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    shop:
      name: shop
      catalog: sales
      schema: shop
      libraries: [{glob: {include: src/**}}]
      configuration: {landing: /Volumes/sales/shop/landing}
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""


class Pipeline:
    """Write sources and landing files, run, look at the tables. Catalog `sales`, schema `shop`."""

    def __init__(self, root: Path, spark: Any) -> None:
        self.root = root
        self.spark = spark
        (root / "databricks.yml").write_text(BUNDLE)
        self.land("empty.json", [])

    def source(self, code: str, name: str = "source.py") -> None:
        """A source file under src/; in Python, `dp` and `F` are imported for it."""
        path = self.root / "src" / name
        path.parent.mkdir(exist_ok=True)
        head = (
            "from pyspark import pipelines as dp\nfrom pyspark.sql import functions as F\n" if name.endswith(".py") else ""
        )
        path.write_text(head + dedent(code))

    def land(self, name: str, records: Iterable[dict[str, Any]]) -> None:
        """A file of JSON lines in the volume `landing`."""
        path = self.root / "fixtures" / "sales" / "shop" / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(record) + "\n" for record in records))

    def run(self, **selection: Any) -> PipelineResult:
        return run_pipeline(resolve(self.root), "shop", self.spark, Selection(**selection))

    def outcome(self, **selection: Any) -> dict[str, DatasetResult]:
        """The datasets' results, by name."""
        return {dataset.name: dataset for dataset in self.run(**selection).datasets}

    @property
    def store(self) -> TableStore:
        return TableStore(self.root / ".local" / "dev")

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The table's rows, read without Spark, in an order that depends on them alone."""
        found = rows(self.store, self.store.lookup(table))
        return sorted(found, key=lambda row: [str(value) for value in row.values()])


@pytest.fixture
def pipeline(tmp_path: Path, spark: Any) -> Pipeline:
    return Pipeline(tmp_path, spark)
