"""The job `sync` of finance/stripe."""

from databricks.bundles.jobs import Job

finance_stripe_sync_job = Job.from_dict(
    {
        "name": "finance_stripe_sync_job",
        "trigger": {
            "periodic": {
                "interval": 6,
                "unit": "HOURS",
            },
        },
        "parameters": [
            {
                "name": "catalog",
                "default": "${var.catalog}finance",
            },
            {
                "name": "schema",
                "default": "${var.schema}stripe",
            },
        ],
        "tasks": [
            {
                "task_key": "refresh_pipeline",
                "pipeline_task": {
                    "pipeline_id": "${resources.pipelines.finance_stripe_sync_pipeline.id}",
                },
            },
        ],
    }
)
