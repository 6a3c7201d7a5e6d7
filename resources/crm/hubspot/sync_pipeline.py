"""The pipeline `sync` of crm/hubspot."""

from databricks.bundles.pipelines import Pipeline

crm_hubspot_sync_pipeline = Pipeline.from_dict(
    {
        "name": "crm_hubspot_sync_pipeline",
        "catalog": "${var.catalog}crm",
        "schema": "${var.schema}hubspot",
        "serverless": True,
        # Paths are relative to the bundle root.
        "root_path": "src/crm/hubspot",
        "libraries": [
            {
                "glob": {
                    "include": "src/crm/hubspot/transformations/**",
                },
            },
        ],
        "configuration": {
            "landing.deals_path": "/Volumes/${var.catalog}crm/${var.schema}hubspot/landing/deals",
            # Finance's final table, in the same target.
            "payments.summary": "${var.catalog}finance.${var.schema}stripe.final_payment_summary",
        },
        "environment": {
            "dependencies": [
                # Makes the packages under src/ importable in the pipeline.
                "--editable ${workspace.file_path}",
            ],
        },
    }
)
