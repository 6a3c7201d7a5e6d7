"""Pipelines whose schema is not the one that their pair declares."""

import pytest

BUNDLE = """\
bundle: {name: shop}
include: [resources/*/*/*.yml]
variables: {catalog: {default: dev_}}
targets: {dev: {default: true}}
"""
PIPELINE = """\
resources:
  pipelines:
    orders:
      name: orders
      catalog: ${var.catalog}sales
      schema: SCHEMA
      libraries: [{file: {path: ../../../src/a.py}}]
"""
SCHEMA = "resources: {schemas: {KEY_schema: {catalog_name: '${var.catalog}sales', name: KEY}}}\n"
SAID = "pipeline orders writes to a schema that the bundle does not declare, and its pair declares another"


def files(schema, **declared):
    return {
        "databricks.yml": BUNDLE,
        "src/a.py": "",
        "resources/sales/shop/pipeline.yml": PIPELINE.replace("SCHEMA", schema),
        **{f"resources/sales/{source}/{key}.yml": SCHEMA.replace("KEY", key) for key, source in declared.items()},
    }


def test_a_schema_that_is_not_the_pairs(check):
    assert check(files("shop", shp="shop")) == (
        0,
        f"""\
Warning: resources/sales/shop/pipeline.yml:6: {SAID}
  It writes to dev_sales.shop, and dev_sales.shp is declared: correct one of them, or declare dev_sales.shop too.
Checked dev: no errors, 1 warning
""",
    )


@pytest.mark.parametrize(
    ("schema", "declared"),
    [
        ("Shop", {"shop": "shop"}),
        ("shop", {"extra": "shop", "shop": "other"}),
        ("${resources.schemas.shop_schema.name}", {"shop": "shop"}),
        ("shop", {"other": "other"}),
        ("shop", {}),
    ],
)
def test_schemas_that_are_declared_or_not_to_be(check, schema, declared):
    assert check(files(schema, **declared)) == (0, "Checked dev: no errors, no warnings\n")
