"""The namespace of finance/stripe: the schema of its tables, and the volume that its input lands in."""

from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

finance_stripe_schema = Schema.from_dict(
    {
        "catalog_name": "${var.catalog}finance",
        "name": "${var.schema}stripe",
        "grants": [
            {
                "principal": "${var.readers}",
                "privileges": ["USE_SCHEMA", "SELECT"],
            },
        ],
    }
)

finance_stripe_landing_volume = Volume.from_dict(
    {
        "catalog_name": "${var.catalog}finance",
        "schema_name": "${var.schema}stripe",
        "name": "landing",
        "volume_type": "MANAGED",
        "grants": [
            {
                "principal": "${var.readers}",
                "privileges": ["READ_VOLUME"],
            },
        ],
    }
)
