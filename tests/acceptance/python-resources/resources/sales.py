from databricks.bundles.jobs import Job
from databricks.bundles.pipelines import Pipeline

sales = Pipeline.from_dict(
    {
        "name": "sales",
        "catalog": "${var.catalog}",
        "root_path": "src",
        "libraries": [{"glob": {"include": "src/**"}}],
        "environment": {"dependencies": ["--editable ${workspace.file_path}"]},
    }
)
load = Job.from_dict(
    {
        "name": "load",
        "max_concurrent_runs": "${var.runs}",
        "trigger": {"periodic": {"interval": 1, "unit": "DAYS"}},
        "tasks": [{"task_key": "refresh", "pipeline_task": {"pipeline_id": "${resources.pipelines.sales.id}"}}],
    }
)
