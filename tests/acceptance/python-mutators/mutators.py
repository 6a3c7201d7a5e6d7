from dataclasses import replace

from databricks.bundles.core import Bundle, job_mutator
from databricks.bundles.jobs import Job


@job_mutator
def label(bundle: Bundle, job: Job) -> Job:
    return replace(job, description=f"in ${{var.zone}} of {bundle.target}") if job.name == "load" else job
