"""`just build-job-resource`: writes resources/<domain>/<source>/<name>_job.py."""

import argparse
import sys

from scripts.bundle_files import bundle_root, find_key
from scripts.edge import run
from scripts.models import SCHEDULE_UNITS, JobResourceConfig
from scripts.resource_template import ResourceTemplate, create_resource

TEMPLATE = ResourceTemplate('''\
"""The job `%{name}` of %{domain}/%{source}."""

from databricks.bundles.jobs import Job

%{resource_var_name} = Job.from_dict(
    {
        "name": "%{display_name}",
        "trigger": {
            "periodic": {
                "interval": %{schedule_interval},
                "unit": "%{schedule_unit}",
            },
        },
        "parameters": [
            {
                "name": "catalog",
                "default": "${var.catalog}%{domain}",
            },
            {
                "name": "schema",
                "default": "${var.schema}%{source}",
            },
        ],
        "tasks": [
            {
                "task_key": "refresh_pipeline",
                "pipeline_task": {
                    "pipeline_id": "${resources.pipelines.%{pipeline_resource_var}.id}",
                },
            },
        ],
    }
)
''')


def main() -> None:
    parser = argparse.ArgumentParser(prog="build_job_resource", description=__doc__, allow_abbrev=False)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--schedule-interval", default="1", metavar="N")
    parser.add_argument("--schedule-unit", default="DAYS", metavar="|".join(SCHEDULE_UNITS))
    config = JobResourceConfig(**vars(parser.parse_args()))

    root = bundle_root()
    create_resource(root, config, TEMPLATE)
    if find_key(root, config.pipeline_resource_var) is None:
        print(
            f"Note: the pipeline {config.pipeline_resource_var} does not exist yet; this makes it:\n"
            f"  just build-pipeline-resource {config.domain} {config.source} {config.name}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(run(main))
