"""Serverless work that also names a cluster."""


def test_serverless_with_a_cluster(check):
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
                    - task_key: both
                      environment_key: default
                      existing_cluster_id: 0101-abc
                      spark_python_task: {python_file: ../run.py}
                    - task_key: cluster
                      existing_cluster_id: 0101-abc
                      spark_python_task: {python_file: ../run.py}
                    - task_key: serverless
                      environment_key: default
                      spark_python_task: {python_file: ../run.py}
              pipelines:
                both:
                  name: both
                  schema: a
                  serverless: true
                  libraries: [{file: {path: ../run.py}}]
                  clusters:
                    - {label: default, num_workers: 1}
                classic:
                  name: classic
                  schema: a
                  libraries: [{file: {path: ../run.py}}]
                  clusters:
                    - {label: default, num_workers: 1}
            """,
    }
    code, output = check(files)
    errors = [line for line in output.splitlines() if line.startswith("Error")]
    assert code == 1
    assert errors == [
        "Error: resources/x.yml:10: task both of job daily is serverless, by environment_key, and has existing_cluster_id",
        "Error: resources/x.yml:24: pipeline both is serverless and has clusters",
    ]
