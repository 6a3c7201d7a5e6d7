"""The namespace of crm/hubspot: the schema of its tables, and the volume that its input lands in."""

from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

crm_hubspot_schema = Schema.from_dict(
    {
        "catalog_name": "${var.catalog}crm",
        "name": "${var.schema}hubspot",
        "grants": [
            {
                "principal": "${var.readers}",
                "privileges": ["USE_SCHEMA", "SELECT"],
            },
        ],
    }
)

crm_hubspot_landing_volume = Volume.from_dict(
    {
        "catalog_name": "${var.catalog}crm",
        "schema_name": "${var.schema}hubspot",
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
