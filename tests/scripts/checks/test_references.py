"""References to what is not there."""

import pytest

JOB = """\
resources:
  pipelines:
    orders: {name: orders, schema: s, libraries: [{file: {path: ../orders.py}}]}
  jobs:
    daily:
      name: daily
      tasks:
        - task_key: refresh
          pipeline_task:
            pipeline_id: ${resources.pipelines.REFERENCE.id}
"""


@pytest.mark.parametrize(
    ("reference", "remedy"),
    [
        ("order", "Did you mean ${resources.pipelines.orders.id}?"),
        ("xorders", "Did you mean ${resources.pipelines.orders.id}?"),
        ("daily", "Did you mean ${resources.jobs.daily.id}?"),
        ("stock", "Define stock under resources.pipelines, or correct the reference."),
    ],
)
def test_a_resource_that_does_not_exist(check, reference, remedy):
    expected = f"""\
Error: resources/x.yml:10: ${{resources.pipelines.{reference}.id}} refers to a resource that does not exist
  {remedy}
Checked dev: 1 error, no warnings
"""
    assert check({"resources/x.yml": JOB.replace("REFERENCE", reference), "orders.py": ""}) == (1, expected)


def test_a_resource_that_exists(check):
    files = {"resources/x.yml": JOB.replace("REFERENCE", "orders"), "orders.py": ""}
    assert check(files) == (0, "Checked dev: no errors, no warnings\n")


def test_names_that_a_job_does_not_define(check):
    files = {
        "run.py": "",
        "resources/x.yml": """\
            resources:
              jobs:
                daily:
                  name: daily
                  environments:
                    - {environment_key: default, spec: {environment_version: "3"}}
                  tasks:
                    - task_key: extract
                      environment_key: defualt
                      spark_python_task: {python_file: ../run.py}
                    - task_key: load
                      environment_key: default
                      spark_python_task: {python_file: ../run.py}
                      depends_on:
                        - task_key: extrakt
            """,
    }
    assert check(files) == (
        1,
        """\
Error: resources/x.yml:9: task extract of job daily names the environment defualt, which the job does not define
  Did you mean default?
Error: resources/x.yml:15: task load of job daily names the task extrakt, which the job does not define
  Did you mean extract?
Checked dev: 2 errors, no warnings
""",
    )
