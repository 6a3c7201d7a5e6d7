"""Globs and paths that match nothing."""

PIPELINE = """\
resources:
  pipelines:
    orders:
      name: orders
      schema: s
      libraries:
        - glob: {include: ../src/orders/**}
"""
NOTHING = (0, "Checked dev: no errors, no warnings\n")


def test_a_glob_whose_folder_does_not_exist(check):
    assert check({"resources/x.yml": PIPELINE}) == (
        1,
        """\
Error: resources/x.yml:7: pipeline orders: src/orders/** matches no file
  There is no src/orders: create it, or correct the glob.
Checked dev: 1 error, no warnings
""",
    )


def test_a_glob_that_takes_no_source_file(check):
    assert check({"resources/x.yml": PIPELINE, "src/orders/.gitkeep": ""}) == (
        0,
        """\
Warning: resources/x.yml:7: pipeline orders has no source files: src/orders/** takes no .py or .sql file
  Add one to src/orders, or correct the glob.
Checked dev: no errors, 1 warning
""",
    )


def test_a_glob_takes_files_in_every_folder_below(check):
    assert check({"resources/x.yml": PIPELINE, "src/orders/a/b/raw.sql": "SELECT 1"}) == NOTHING


def test_paths_below_a_folder_above_the_bundle(check):
    files = {
        "databricks.yml": "bundle: {name: shop}\n",
        "inner/databricks.yml": """\
            bundle: {name: shop}
            include: [resources/*.yml]
            sync: {paths: [., ../shared]}
            targets: {dev: {mode: development}}
            """,
        "shared/orders.py": "",
        "inner/resources/x.yml": PIPELINE.replace("../src/orders/**", "../../shared/**"),
    }
    assert check(files, "--bundle", "inner") == NOTHING


def test_a_file_and_a_notebook_that_do_not_exist(check):
    files = {
        "main.py": "",
        "resources/x.yml": """\
            resources:
              jobs:
                daily:
                  name: daily
                  environments: [{environment_key: e, spec: {environment_version: "3"}}]
                  tasks:
                    - task_key: file
                      environment_key: e
                      spark_python_task: {python_file: ../mian.py}
                    - task_key: notebook
                      notebook_task: {notebook_path: ../main}
            """,
    }
    assert check(files) == (
        1,
        """\
Error: resources/x.yml:9: resources.jobs.daily.tasks[0].spark_python_task.python_file: file mian.py not found
  Create it, or correct the path.
Error: resources/x.yml:11: resources.jobs.daily.tasks[1].notebook_task.notebook_path: notebook main not found
  Did you mean main.py?
Checked dev: 2 errors, no warnings
""",
    )


LIBRARIES = """\
resources:
  jobs:
    daily:
      name: daily
      tasks:
        - task_key: wheel
          existing_cluster_id: 0101-abc
          python_wheel_task: {package_name: shop, entry_point: main}
          libraries:
            - whl: ../dist/*.whl
            - jar: ../lib/old.jar
            - pypi: {package: requests}
"""


def test_a_wheel_and_a_jar_that_nothing_builds(check):
    assert check({"resources/x.yml": LIBRARIES}) == (
        1,
        """\
Error: resources/x.yml:10: dist/*.whl matches no file
  Build it, add an artifact that does, or correct the path.
Error: resources/x.yml:11: lib/old.jar matches no file
  Build it, add an artifact that does, or correct the path.
Checked dev: 2 errors, no warnings
""",
    )


def test_a_wheel_in_git(check):
    git = "daily:\n      git_source: {git_url: https://example.test/x, git_provider: gitHub, git_branch: main}"
    assert check({"resources/x.yml": LIBRARIES.replace("daily:", git)}) == NOTHING


def test_a_wheel_that_an_artifact_builds(check):
    artifact = """\
        artifacts:
          shop: {type: whl, build: make wheel, path: ..}
        """
    files = {"resources/x.yml": LIBRARIES, "resources/artifacts.yml": artifact, "lib/old.jar": ""}
    assert check(files) == NOTHING


def test_includes_that_match_nothing(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            include:
              - resources/*.yml
              - resources/**/*.yml
              - resorces/*.yml
            targets: {dev: {mode: development}}
            """,
        "resources/jobs/daily/job.yml": "",
    }
    assert check(files) == (
        0,
        """\
Warning: databricks.yml:3: resources/*.yml matches no file, and resources/jobs/daily/job.yml is not included
  In an include, `**` spans exactly one folder: give each depth a pattern of its own.
Warning: databricks.yml:4: resources/**/*.yml matches no file, and resources/jobs/daily/job.yml is not included
  In an include, `**` spans exactly one folder: give each depth a pattern of its own.
Warning: databricks.yml:5: resorces/*.yml matches no file
  There is no folder resorces: create it, or correct the pattern.
Checked dev: no errors, 3 warnings
""",
    )


def test_includes_for_depths_without_a_file(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            include:
              - resources/*.yml
              - resources/*/*.yml
              - local.*.yml
            targets: {dev: {mode: development}}
            """,
        "resources/jobs/daily.yml": "",
    }
    assert check(files) == NOTHING


def test_sync_patterns_that_match_nothing(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            sync:
              include: [data/*.csv, "!*.csv"]
              exclude: [docs/**, .*, test/**, "*.pyc"]
            targets: {dev: {mode: development}}
            """,
        "data/b.txt": "",
        "docs/c.csv": "",
        "test/data/d.txt": "",
    }
    assert check(files) == (
        0,
        """\
Warning: databricks.yml:3: data/*.csv matches no file
  Correct it, or remove it.
Warning: databricks.yml:4: *.pyc matches no file
  Correct it, or remove it.
Checked dev: no errors, 2 warnings
""",
    )
