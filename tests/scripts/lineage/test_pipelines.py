"""Full names, and the files of a pipeline."""

from pathlib import Path

from local_runner.bundle import resolve
from scripts.lineage import Kind, TableName, lineage

BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    all:
      name: all
      catalog: Main
      schema: sales
      configuration: {other: hr}
      libraries:
        - glob: {include: src/**}
    legacy:
      name: legacy
      libraries:
        - notebook: {path: notebook.py}
"""
PYTHON = """\
import dlt


@dlt.view
def recent():
    return spark.read.table("orders")


@dlt.table(name="Totals")
def total():
    return dlt.read("recent").join(spark.table("x.people"), "id").join(spark.table("a.b.c"), "id")


dlt.create_sink("out", "kafka")


@dlt.append_flow(target="out")
def send():
    return dlt.read_stream("live.totals")
"""
SQL = "CREATE STREAMING TABLE orders AS SELECT * FROM STREAM ${other}.people"
NOTEBOOK = """\
# Databricks notebook source
import dlt


@dlt.table
def orders():
    return spark.table("hive.orders")
"""


def test_names_are_those_of_the_pipeline(tmp_path: Path) -> None:
    for name, text in {"databricks.yml": BUNDLE, "src/a.py": PYTHON, "src/b/c.sql": SQL, "notebook.py": NOTEBOOK}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = lineage(resolve(tmp_path))
    assert {key: [str(file.relative_to(tmp_path)) for file in files] for key, files in found.files.items()} == {
        "all": ["src/a.py", "src/b/c.sql"],
        "legacy": ["notebook.py"],
    }
    assert [(d.pipeline, d.name, d.kind, [read.name for read in d.reads]) for d in found.datasets] == [
        ("all", ("", "all", "recent"), Kind.VIEW, [("main", "sales", "orders")]),
        ("all", ("main", "sales", "totals"), Kind.TABLE, [("", "all", "recent"), ("main", "x", "people"), ("a", "b", "c")]),
        ("all", ("main", "sales", "orders"), Kind.TABLE, [("main", "hr", "people")]),
        # Without a schema, tables are not published: no other pipeline can write the same.
        ("legacy", ("", "legacy", "orders"), Kind.TABLE, [("hive_metastore", "hive", "orders")]),
    ]
    assert [d.location.line for d in found.producers[TableName("main", "sales", "orders")]] == [1]


def test_a_schema_of_the_bundle_is_known_by_its_name(tmp_path: Path) -> None:
    schema = "resources: {schemas: {x: {catalog_name: Main, name: sales}}}"
    (tmp_path / "databricks.yml").write_text(f"{BUNDLE}include: [schema.yml]\n")
    (tmp_path / "schema.yml").write_text(schema)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/c.sql").write_text(SQL)
    assert [dataset.name for dataset in lineage(resolve(tmp_path)).datasets] == [("main", "sales", "orders")]
