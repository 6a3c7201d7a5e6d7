"""`just build-namespace-resource`: writes resources/<domain>/<source>/<source>_namespace.py."""

import argparse
import sys

from scripts.bundle_files import bundle_root
from scripts.edge import run
from scripts.models import NamespaceResourceConfig
from scripts.resource_template import ResourceTemplate, create_resource

# The names are written as the pipeline writes them: the Databricks CLI then deploys the schema before what is in it.
TEMPLATE = ResourceTemplate('''\
"""The namespace of %{domain}/%{source}: the schema of its tables, and the volume that its input lands in."""

from databricks.bundles.schemas import Schema
from databricks.bundles.volumes import Volume

%{schema_resource_var} = Schema.from_dict(
    {
        "catalog_name": "${var.catalog}%{domain}",
        "name": "${var.schema}%{source}",
        "grants": [
            {
                "principal": "${var.readers}",
                "privileges": ["USE_SCHEMA", "SELECT"],
            },
        ],
    }
)

%{volume_resource_var} = Volume.from_dict(
    {
        "catalog_name": "${var.catalog}%{domain}",
        "schema_name": "${var.schema}%{source}",
        "name": "%{volume}",
        "volume_type": "MANAGED",
        "grants": [
            {
                "principal": "${var.readers}",
                "privileges": ["READ_VOLUME"],
            },
        ],
    }
)
''')


def main() -> None:
    parser = argparse.ArgumentParser(prog="build_namespace_resource", description=__doc__, allow_abbrev=False)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--source", required=True)
    config = NamespaceResourceConfig(**vars(parser.parse_args()))

    create_resource(bundle_root(), config, TEMPLATE)


if __name__ == "__main__":
    sys.exit(run(main))
