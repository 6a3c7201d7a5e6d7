"""Job parameters that nobody declares."""


def test_parameters_that_are_not_declared(check):
    files = {
        "run.py": "",
        "resources/x.yml": """\
            resources:
              jobs:
                daily:
                  name: daily
                  parameters:
                    - {name: catalog, default: main}
                  tasks:
                    - task_key: load
                      existing_cluster_id: 0101-abc
                      spark_python_task:
                        python_file: ../run.py
                        parameters:
                          - "{{job.parameters.catalog}}"
                          - "{{ job.parameters.catlog }}"
                          - "--day={{job.parameters.day}}"
                          - "{{job.run_id}}"
                    - task_key: each
                      for_each_task:
                        inputs: "[1, 2]"
                        task:
                          task_key: one
                          run_job_task:
                            job_id: ${resources.jobs.weekly.id}
                            job_parameters:
                              week: "1"
                              year: "2025"
                weekly:
                  name: weekly
                  parameters:
                    - {name: year, default: "2024"}
            """,
    }
    assert check(files) == (
        1,
        """\
Error: resources/x.yml:14: {{job.parameters.catlog}} in task load: the job daily declares no such parameter
  Did you mean catalog?
Error: resources/x.yml:15: {{job.parameters.day}} in task load: the job daily declares no such parameter
  Add day to the parameters of the job daily.
Warning: resources/x.yml:25: the parameter week of task one: the job weekly declares no such parameter
  Add week to the parameters of the job weekly.
Checked dev: 2 errors, 1 warning
""",
    )
