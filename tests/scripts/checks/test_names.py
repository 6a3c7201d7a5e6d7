"""Keys and display names that collide."""

import pytest

LOADER = """\
from databricks.bundles.core import load_resources_from_current_package_module


def load_resources():
    return load_resources_from_current_package_module()
"""
PYTHON = """\
bundle: {name: shop}
include: [resources/*.yml]
python: {resources: ["resources:load_resources"]}
targets: {dev: {mode: development}}
"""


def test_display_names_of_one_kind(check):
    files = {
        "a.py": "",
        "resources/x.yml": """\
            resources:
              jobs:
                first: {name: orders}
                second: {name: orders}
                third: {name: Orders}
              pipelines:
                fourth: {name: orders, schema: a, libraries: [{file: {path: ../a.py}}]}
                fifth: {name: orders, schema: b, libraries: [{file: {path: ../a.py}}]}
              schemas:
                sixth: {name: orders, catalog_name: a}
                seventh: {name: orders, catalog_name: b}
            """,
    }
    assert check(files) == (
        1,
        """\
Error: resources/x.yml:4: jobs first and second have the same name
  Give second a name of its own.
Error: resources/x.yml:8: pipelines fourth and fifth have the same name
  Give fifth a name of its own.
Checked dev: 2 errors, no warnings
""",
    )


def test_one_key_in_two_files_of_yaml(check):
    job = "resources: {jobs: {orders: {name: %s}}}\n"
    code, output = check({"resources/a.yml": job % "a", "resources/b.yml": job % "b"})
    assert code == 1
    assert output.startswith("Error: resources/b.yml:1: several resources or scripts have the key orders: the first is at ")


@pytest.mark.slow
def test_one_key_in_two_kinds_one_of_them_in_python(check):
    files = {
        "databricks.yml": PYTHON,
        "resources/__init__.py": LOADER,
        "resources/jobs.py": 'from databricks.bundles.jobs import Job\n\norders = Job.from_dict({"name": "orders"})\n',
        "resources/x.yml": "resources: {volumes: {orders: {name: v, catalog_name: c, schema_name: s}}}\n",
    }
    assert check(files) == (
        1,
        """\
Error: resources/x.yml:1: volumes and jobs both have the key orders
  Give each a key of its own.
Checked dev: 1 error, no warnings
""",
    )


@pytest.mark.slow
def test_one_key_in_two_files_of_python(check):
    job = 'from databricks.bundles.jobs import Job\n\norders = Job.from_dict({"name": "%s"})\n'
    files = {
        "databricks.yml": PYTHON,
        "resources/__init__.py": LOADER,
        "resources/a.py": job % "a",
        "resources/b.py": job % "b",
    }
    assert check(files) == (
        1,
        """\
Error: resources/b.py:3: Duplicate resource name 'orders' for resource 'job'. Resource names must be unique.
  Give each a key of its own: the key is the variable's name.
Checked dev: 1 error, no warnings
""",
    )


def test_two_tasks_of_a_job_with_one_key(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            include: [resources/*.yml]
            targets:
              dev:
                mode: development
                resources:
                  jobs:
                    orders:
                      tasks:
                        - {task_key: load, max_retries: 1}
                        - {task_key: tidy, notebook_task: {notebook_path: /tidy}}
                        - {task_key: tidy, notebook_task: {notebook_path: /tidy}}
              prod: {mode: production, run_as: {user_name: me}, workspace: {root_path: /Workspace/x}}
            """,
        "resources/x.yml": """\
            resources:
              jobs:
                orders:
                  name: orders
                  tasks:
                    - {task_key: load, notebook_task: {notebook_path: /load}}
                    - {task_key: count, notebook_task: {notebook_path: /count}}
                    - task_key: load
                      notebook_task: {notebook_path: /more}
                prices:
                  name: prices
                  tasks:
                    - {task_key: load, notebook_task: {notebook_path: /load}}
            """,
    }
    in_dev = """\
Error: databricks.yml:12: two tasks of job orders have the key tidy: a deployment makes one task of them
  also at databricks.yml:11
  Give each a task_key of its own.
"""
    everywhere = """\
Error: resources/x.yml:8: two tasks of job orders have the key load: a deployment makes one task of them
  also at resources/x.yml:6
  Give each a task_key of its own.
"""
    assert check(files, "dev") == (1, f"{in_dev}{everywhere}Checked dev: 2 errors, no warnings\n")
    assert check(files, "prod") == (1, f"{everywhere}Checked prod: 1 error, no warnings\n")


@pytest.mark.slow
def test_two_tasks_in_python_with_one_key(check):
    task = '{"task_key": "load", "notebook_task": {"notebook_path": "/load"}}'
    text = f'from databricks.bundles.jobs import Job\n\norders = Job.from_dict({{"name": "o", "tasks": [{task}, {task}]}})\n'
    files = {"databricks.yml": PYTHON, "resources/__init__.py": LOADER, "resources/jobs.py": text}
    assert check(files) == (
        1,
        """\
Error: resources/jobs.py:3: two tasks of job orders have the key load: a deployment makes one task of them
  Give each a task_key of its own.
Checked dev: 1 error, no warnings
""",
    )
