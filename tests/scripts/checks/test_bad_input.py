"""Files that cannot be read: an answer in words, and all that can still be said."""

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


def test_yaml_that_does_not_parse(check):
    files = {
        "resources/a.yml": "resources:\n  jobs:\n   daily: {name: [a, b}\n",
        "resources/b.yml": b"resources:\n  # caf\xe9\n  jobs: {}\n",
        "resources/c.yml": "resources: {jobs: {x: {name: x}}}\n",
    }
    code, output = check(files)
    assert code == 1
    assert output.endswith("2 errors, no warnings\n")
    first, excerpt, mark = output.splitlines()[:3]
    assert first.startswith("Error: resources/a.yml:3: not valid YAML: ")
    assert excerpt == "     daily: {name: [a, b}"
    assert mark.index("^") == excerpt.index("}")
    assert "Error: resources/b.yml:2: not UTF-8: byte 0xe9\n" in output


def test_a_file_that_does_not_parse_hides_nothing(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            include: [resources/*.yml]
            variables:
              required: {description: no default}
            targets:
              dev:
                mode: development
                variables: {region: north}
            """,
        "resources/a.yml": """\
            variables:
              region: {default: south}
            resources:
              pipelines:
                orders: {name: orders
            """,
        "resources/b.yml": """\
            resources:
              jobs:
                daily:
                  name: ${var.region} ${var.regoin} ${var.required}
                  tasks:
                    - {task_key: a, pipeline_task: {pipeline_id: "${resources.pipelines.orders.id}"}}
                    - {task_key: b, pipeline_task: {pipeline_id: "${resources.pipelines.stock.id}"}}
              dashboards:
                sales: {display_name: sales, warehouse_id: w, file_path: ../sales.lvdash.json}
            """,
    }
    # The variable `region` and the pipeline `orders` may well be defined: in the file that does not parse.
    code, output = check(files)
    assert code == 1
    assert [line for line in output.splitlines() if line.startswith(("Error", "Warning", "Checked"))] == [
        "Error: databricks.yml:4: no value assigned to required variable required",
        "Error: resources/a.yml:6: not valid YAML: while parsing a flow mapping, did not find expected ',' or '}'",
        "Error: resources/b.yml:4: reference does not exist: ${var.regoin}",
        "Error: resources/b.yml:7: ${resources.pipelines.stock.id} refers to a resource that does not exist",
        "Error: resources/b.yml:9: cannot read sales.lvdash.json",
        "Checked dev: 5 errors, no warnings",
    ]


def test_a_package_that_raises_may_define_anything(check):
    files = {
        "databricks.yml": PYTHON,
        "resources/__init__.py": "import nothing_of_this_name\n",
        "resources/more/pipelines.py": "orders = 1\n",
        "resources/x.yml": """\
            resources:
              jobs:
                daily:
                  name: daily
                  tasks:
                    - {task_key: a, pipeline_task: {pipeline_id: "${resources.pipelines.orders.id}"}}
                    - {task_key: b, pipeline_task: {pipeline_id: "${resources.pipelines.stock.id}"}}
            """,
    }
    code, output = check(files)
    assert code == 1
    assert [line for line in output.splitlines() if line.startswith("Error")] == [
        "Error: resources/__init__.py:1: Failed to import module 'resources'",
        "Error: resources/x.yml:7: ${resources.pipelines.stock.id} refers to a resource that does not exist",
    ]


@pytest.mark.slow
def test_a_resource_file_that_raises_hides_nothing(check):
    files = {
        "databricks.yml": PYTHON,
        "resources/__init__.py": LOADER,
        "resources/broken.py": """\
            from databricks.bundles.pipelines import Pipeline


            def source() -> str:
                raise ValueError("no such source")


            orders = Pipeline.from_dict({"name": "orders", "catalog": source()})
            """,
        "resources/unknown.py": """\
            from databricks.bundles.jobs import Job

            weekly = Job.from_dict({"nmae": "weekly"})
            """,
        "resources/value.py": """\
            from databricks.bundles.jobs import Job

            PERIOD = {"interval": 1, "unit": "DAY"}
            yearly = Job.from_dict(
                {
                    "name": "yearly",
                    "trigger": {
                        "periodic": {"interval": 1, "unit": "DAY"},
                    },
                }
            )
            """,
        "resources/jobs.py": """\
            from databricks.bundles.jobs import Job

            daily = Job.from_dict(
                {
                    "name": "daily",
                    "tasks": [
                        {"task_key": "a", "pipeline_task": {"pipeline_id": "${resources.pipelines.orders.id}"}},
                        {"task_key": "b", "pipeline_task": {"pipeline_id": "${resources.pipelines.stock.id}"}},
                    ],
                }
            )
            """,
        "resources/x.yml": "resources: {jobs: {hourly: {name: '${var.hour}'}}}\n",
    }
    # `orders` is defined in a file that does not load, so a reference to it may be right.
    assert check(files) == (
        1,
        """\
Error: resources/broken.py:5: Error while loading 'resources.broken'
    resources/broken.py:8
      orders = Pipeline.from_dict({"name": "orders", "catalog": source()})
    resources/broken.py:5
      raise ValueError("no such source")
  ValueError: no such source
  Correct the file: its resources are left out.
Error: resources/jobs.py:3: ${resources.pipelines.stock.id} refers to a resource that does not exist
  Define stock under resources.pipelines, or correct the reference.
Error: resources/unknown.py:3: Error while loading 'resources.unknown'
    resources/unknown.py:3
      weekly = Job.from_dict({"nmae": "weekly"})
  ValueError: Unexpected field 'nmae' for class Job
  Did you mean name?
Error: resources/value.py:8: Error while loading 'resources.value'
    resources/value.py:4
      yearly = Job.from_dict(
  ValueError: 'DAY' is not a valid PeriodicTriggerConfigurationTimeUnit
  Did you mean DAYS? The values are: HOURS, DAYS, WEEKS, MINUTES.
Error: resources/x.yml:1: reference does not exist: ${var.hour}
  Define it, or correct the reference.
Checked dev: 5 errors, no warnings
""",
    )


def test_patterns_of_any_shape(check):
    files = {
        "databricks.yml": """\
            bundle: {name: shop}
            include: ["[", "***", "resources/[", "{a,b}", "%s/*.yml", "\\0*", "..", "../*/*.nothing"]
            sync: {include: ["[", "**", "", "/", "!", "\\0", "%s"], exclude: ["[a-", "***/x"]}
            targets: {dev: {mode: development}}
            resources:
              pipelines:
                p:
                  name: p
                  schema: s
                  libraries: [{glob: {include: "["}}, {glob: {include: "src/[**"}}, {glob: {include: "%s/**"}}]
            """
        % (("n" * 300,) * 3),
    }
    code, output = check(files)
    assert code == 1
    assert output.splitlines()[-1].endswith(("warning", "warnings"))


def test_values_of_any_shape_in_any_place(check):
    """Each is told of, or passed over; none is a crash."""
    shapes = ["null", "[]", "{}", "text", "3", "[null]", "[[1]]", "{a: null}", "'${resources.jobs.x.y}'", "[{a: {b: [1]}}]"]
    fields = ["tasks", "parameters", "environments", "job_clusters", "permissions", "run_as", "name"]
    jobs = {f"{field}_{index}": (field, shape) for field in fields for index, shape in enumerate(shapes)}
    text = "".join(f"    {key}: {{{field}: {shape}}}\n" for key, (field, shape) in jobs.items())
    fields = ["libraries", "environment", "clusters", "catalog", "schema", "configuration", "permissions"]
    pipelines = {f"p_{field}_{index}": (field, shape) for field in fields for index, shape in enumerate(shapes)}
    text += "  pipelines:\n" + "".join(f"    {key}: {{{field}: {shape}}}\n" for key, (field, shape) in pipelines.items())
    code, output = check({"resources/x.yml": "resources:\n  jobs:\n" + text})
    assert code == 1
    assert output.splitlines()[-1].startswith("Checked dev: ")


def test_sources_that_are_hard_to_read(check):
    files = {
        "resources/x.yml": """\
            resources:
              pipelines:
                all: {name: all, catalog: c, schema: s, libraries: [{glob: {include: ../src/**}}]}
            """,
        "src/deep.py": "x = " + "(" * 500 + ")" * 500,
        "src/long.py": "x = " + " + ".join(["'a'"] * 20_000) + "\nspark.table(x)",
        "src/circle.py": "import dlt\na = b\nb = a\n@dlt.table(name=a)\ndef f(): return spark.table(b)",
        "src/binary.py": bytes(range(256)),
        "src/binary.sql": bytes(range(256)),
        "src/deep.sql": "CREATE MATERIALIZED VIEW x AS SELECT " + "(" * 500 + ")" * 500,
        "src/half.sql": "CREATE OR REFRESH STREAMING TABLE",
        "src/empty.sql": "",
    }
    code, output = check(files)
    assert code == 1
    assert {line.split(":")[1].strip() for line in output.splitlines() if line.startswith("Error")} >= {
        "src/deep.py",
        "src/binary.py",
    }
