"""The job `sync` of crm/hubspot."""

from databricks.bundles.jobs import Job

crm_hubspot_sync_job = Job.from_dict(
    {
        "name": "crm_hubspot_sync_job",
        "trigger": {
            "periodic": {
                "interval": 1,
                "unit": "DAYS",
            },
        },
        "parameters": [
            {
                "name": "catalog",
                "default": "${var.catalog}crm",
            },
            {
                "name": "schema",
                "default": "${var.schema}hubspot",
            },
        ],
        "tasks": [
            {
                "task_key": "refresh_pipeline",
                "pipeline_task": {
                    "pipeline_id": "${resources.pipelines.crm_hubspot_sync_pipeline.id}",
                },
            },
        ],
    }
)
