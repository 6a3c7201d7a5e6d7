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
