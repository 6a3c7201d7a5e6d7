from databricks.bundles.core import Resources


def load_resources() -> Resources:
    resources = Resources()
    resources.add_schema("sales", {"name": "sales", "catalog_name": "main"})
    return resources
