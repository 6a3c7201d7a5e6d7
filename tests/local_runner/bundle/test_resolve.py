"""The resolver's value: what it holds, where its parts come from, what it says is wrong."""

from pathlib import Path

import pytest

from local_runner.bundle import resolve
from local_runner.diagnostics import Failure

BUNDLE = """\
bundle:
  name: shop
include: [resources/*.yml]
variables:
  prefix: {default: dev_}
  catalog: {default: "${var.prefix}sales"}
targets:
  dev: {mode: development, default: true}
  prod:
    variables: {prefix: ""}
"""
JOB = """\
resources:
  jobs:
    load:
      name: load
      parameters:
        - {name: catalog, default: "${var.catalog}"}
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "databricks.yml").write_text(BUNDLE)
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/load.yml").write_text(JOB)
    return tmp_path


def test_development_target(bundle: Path) -> None:
    resolved = resolve(bundle, user="ann.lee@example.com")
    job = resolved.value["resources"]["jobs"]["load"]
    assert resolved.diagnostics == ()
    assert resolved.target == "dev"
    assert job["name"] == "[dev ann_lee] load"
    assert job["parameters"] == [{"name": "catalog", "default": "dev_sales"}]
    assert resolved.value["workspace"]["root_path"] == "/Workspace/Users/ann.lee@example.com/.bundle/shop/dev"


def test_named_target(bundle: Path) -> None:
    job = resolve(bundle, "prod", user="ann.lee@example.com").value["resources"]["jobs"]["load"]
    assert job["name"] == "load"
    assert job["parameters"] == [{"name": "catalog", "default": "sales"}]


def test_given_variable(bundle: Path) -> None:
    job = resolve(bundle, variables={"catalog": "mine"}).value["resources"]["jobs"]["load"]
    assert job["parameters"] == [{"name": "catalog", "default": "mine"}]


def test_locations(bundle: Path) -> None:
    resolved = resolve(bundle)
    file = str(bundle / "resources/load.yml")
    assert str(resolved.locations["resources", "jobs", "load"]) == f"{file}:3"
    assert str(resolved.location("resources", "jobs", "load", "parameters", 0, "default")) == f"{file}:6"
    assert str(resolved.location("variables", "prefix", "value")) == f"{bundle / 'databricks.yml'}:5"


def test_errors_are_values(bundle: Path) -> None:
    resolved = resolve(bundle, "live")
    assert [(error.summary, error.remedy) for error in resolved.errors] == [
        ("no target named live", "The targets are: dev, prod.")
    ]
    with pytest.raises(Failure):
        resolved.raise_for_errors()


NAMESPACE = """\
bundle: {name: shop}
variables:
  schema: {default: ann_}
resources:
  schemas:
    web: {catalog_name: sales, name: "${var.schema}web"}
  volumes:
    landing: {catalog_name: sales, schema_name: "${resources.schemas.web.name}", name: landing}
  pipelines:
    load:
      name: load
      catalog: sales
      schema: "${var.schema}web"
      configuration:
        path: /Volumes/sales/${resources.volumes.landing.schema_name}/landing
        self: ${resources.pipelines.load.configuration.self}
        job: ${resources.jobs.other.id}
        tags: ${resources.schemas.web.properties}
"""


def test_a_deployment_puts_names_for_references(tmp_path: Path) -> None:
    (tmp_path / "databricks.yml").write_text(NAMESPACE)
    resolved = resolve(tmp_path)
    pipeline = resolved.value["resources"]["pipelines"]["load"]
    assert pipeline["schema"] == "${resources.schemas.web.name}"
    deployed = resolved.deployed("resources", "pipelines", "load")
    assert deployed["schema"] == "ann_web"
    assert deployed["configuration"] == {
        "path": "/Volumes/sales/ann_web/landing",
        "self": "${resources.pipelines.load.configuration.self}",
        "job": "${resources.jobs.other.id}",
        "tags": "${resources.schemas.web.properties}",
    }
    assert resolved.value["resources"]["pipelines"]["load"] == pipeline
    assert resolved.deployed("resources", "pipelines", "load", "catalog") == "sales"
    assert resolved.deployed("resources", "pipelines", "none") is None
