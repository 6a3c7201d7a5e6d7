"""`just build-pipeline-resource`: writes resources/<domain>/<source>/<name>_pipeline.py."""

import argparse
import sys

from scripts.bundle_files import bundle_root
from scripts.edge import run
from scripts.models import PipelineResourceConfig
from scripts.resource_template import ResourceTemplate, create_resource

TEMPLATE = ResourceTemplate('''\
"""The pipeline `%{name}` of %{domain}/%{source}."""

from databricks.bundles.pipelines import Pipeline

%{resource_var_name} = Pipeline.from_dict(
    {
        "name": "%{display_name}",
        "catalog": "${var.catalog}%{domain}",
        "schema": "${var.schema}%{source}",
        "serverless": %{serverless},
        # Paths are relative to the bundle root.
        "root_path": "%{root_path}",
        "libraries": [
            {
                "glob": {
                    "include": "%{root_path}/transformations/**",
                },
            },
        ],
        "environment": {
            "dependencies": [
                # Makes the packages under src/ importable in the pipeline.
                "--editable ${workspace.file_path}",
            ],
        },
    }
)
''')


def main() -> None:
    parser = argparse.ArgumentParser(prog="build_pipeline_resource", description=__doc__, allow_abbrev=False)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--serverless", default="true", metavar="true|false")
    config = PipelineResourceConfig(**vars(parser.parse_args()))

    create_resource(bundle_root(), config, TEMPLATE)


if __name__ == "__main__":
    sys.exit(run(main))
