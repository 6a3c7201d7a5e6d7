"""The pipeline `sync` of finance/stripe."""

from databricks.bundles.pipelines import Pipeline

finance_stripe_sync_pipeline = Pipeline.from_dict(
    {
        "name": "finance_stripe_sync_pipeline",
        "catalog": "${var.catalog}finance",
        "schema": "${var.schema}stripe",
        "serverless": True,
        # Paths are relative to the bundle root.
        "root_path": "src/finance/stripe",
        "libraries": [
            {
                "glob": {
                    "include": "src/finance/stripe/transformations/**",
                },
            },
        ],
        "configuration": {
            "landing.payments_path": "/Volumes/${var.catalog}finance/${var.schema}stripe/landing/payments",
        },
        "environment": {
            "dependencies": [
                # Makes the packages under src/ importable in the pipeline.
                "--editable ${workspace.file_path}",
            ],
        },
    }
)
