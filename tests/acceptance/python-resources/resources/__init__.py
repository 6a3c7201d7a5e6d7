from databricks.bundles.core import Bundle, Resources

from resources.sales import load, sales


def load_resources(bundle: Bundle) -> Resources:
    resources = Resources()
    resources.add_job("load", load)
    resources.add_pipeline("sales", sales)
    return resources
