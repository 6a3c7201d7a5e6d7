from databricks.bundles.core import Resources


def load_resources() -> Resources:
    resources = Resources()
    resources.add_job("load", {"name": "python"})
    return resources
