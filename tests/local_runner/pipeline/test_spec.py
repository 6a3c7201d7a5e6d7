"""The settings that a run takes from a pipeline's definition."""

from pathlib import Path

from local_runner.bundle import resolve
from local_runner.pipeline.spec import pipeline_spec

BUNDLE = """\
bundle: {name: shop}
resources:
  schemas:
    web: {catalog_name: sales, name: web}
  pipelines:
    load:
      name: load
      catalog: sales
      schema: web
      configuration: {tables: "sales.${resources.schemas.web.name}"}
      libraries: [{glob: {include: src/**}}]
"""


def test_a_schema_of_the_bundle_is_known_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "databricks.yml").write_text(BUNDLE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/orders.py").touch()
    spec = pipeline_spec(resolve(tmp_path), "load")
    assert (spec.catalog, spec.schema, spec.configuration) == ("sales", "web", {"tables": "sales.web"})
    assert spec.sources == [tmp_path / "src/orders.py"]


def test_source_files_by_glob_file_and_notebook(tmp_path: Path) -> None:
    names = ["src/a/deep/b.sql", "src/a/x.py", "src/one.py", "src/page.ipynb"]
    libraries = "[{file: {path: src/one.py}}, {glob: {include: src/a/**}}, {notebook: {path: src/page.ipynb}}]"
    (tmp_path / "databricks.yml").write_text(BUNDLE.replace("[{glob: {include: src/**}}]", libraries))
    for name in [*names, "src/a/notes.md", "src/other.py"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"cells": []}' if name.endswith("ipynb") else "")
    spec = pipeline_spec(resolve(tmp_path), "load")
    assert sorted(str(path.relative_to(tmp_path)) for path in spec.sources) == names
