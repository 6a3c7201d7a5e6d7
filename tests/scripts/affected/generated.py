"""A bundle generated from a model of who uses what: the model, not the code under test, says what a change touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

BUNDLE = """\
bundle:
  name: generated
include:
  - resources/*/*/*.yml
sync:
  exclude: [tests/**]
variables:
  catalog: {description: before the domain, default: ""}
  retention: {description: days, default: "30"}
targets:
  dev:
    default: true
    workspace:
      host: https://dev.example.com
    variables:
      catalog: dev_
  prod:
    workspace:
      host: https://prod.example.com
"""
PYTHON_RESOURCES = """\
python:
  venv_path: .venv
  resources: ["resources:load_resources"]
"""
PYPROJECT = """\
[project]
name = "generated"
version = "1"
dependencies = []

[tool.ruff]
line-length = 100
"""
MONEY = '''\
"""Amounts."""

from decimal import Decimal

CENTS = Decimal("0.01")


def to_major(amount):
    """Whole units."""
    return amount * CENTS


def never_used(amount):
    return amount
'''
DATES = '''\
"""Days."""


def day(column):
    return column.cast("date")
'''
CHECKS = """\
import common.dates as dates


def is_recent(column):
    # Since the start of the year.
    return dates.day(column) > "2025-01-01"
"""
# What a pair imports of `common`, in three ways of writing it, and the call that uses it.
HELPERS = {
    "money": ("from common.money import to_major", 'to_major(F.col("amount"))'),
    "dates": ("import common.dates", 'common.dates.day(F.col("created_at"))'),
    "checks": ("from common import checks", 'checks.is_recent(F.col("created_at"))'),
}
RAW = """\
from pyspark import pipelines as dp


@dp.table
def raw_orders():
    return spark.readStream.format("cloudFiles").load(spark.conf.get("landing.path"))
"""
BASE = '''\
"""Typed orders."""

from pyspark import pipelines as dp
from pyspark.sql import functions as F

{helper}
from {domain}.{source} import rules


@dp.materialized_view(comment="Typed")
def base_orders():
    # One row an order.
    orders = spark.read.table("raw_orders")
    return orders.where(rules.valid("amount")).withColumn("value", {call})
'''
RULES = """\
from pathlib import Path

RATES = Path(__file__).with_name("rates.csv").read_text()


def valid(column):
    return f"{column} >= 0" if RATES else column


def unused(column):
    return f"{column} < 0"
"""
STAGING_SQL = """\
-- Orders of value.
CREATE OR REFRESH MATERIALIZED VIEW staging_orders AS
SELECT o.*, '{origin}' AS origin
FROM base_orders AS o
{join}WHERE o.value > 10;
"""
STAGING_PYTHON = """\
from pyspark import pipelines as dp


@dp.materialized_view
def staging_orders():
    orders = spark.read.table("base_orders").where("value > " + spark.conf.get("threshold"))
    {join}return orders
"""
FINAL = """\
from pyspark import pipelines as dp
from pyspark.sql import functions as F


@dp.materialized_view
def final_orders():
    return spark.read.table("staging_orders").groupBy("currency").agg(F.sum("value").alias("total"))
"""
AUDIT = """\
from pyspark import pipelines as dp


@dp.materialized_view
def final_audit():
    return spark.read.table("staging_orders").groupBy("status").count()
"""
PIPELINE = """\
resources:
  pipelines:
    {key}_pipeline:
      name: {key}_pipeline
      catalog: ${{var.catalog}}{domain}
      schema: {source}
      serverless: true
      root_path: ../../../src/{domain}/{source}
      libraries:
        - glob:
            include: ../../../src/{domain}/{source}/transformations/**
      configuration:
        landing.path: /Volumes/{domain}/{source}/landing
        threshold: "10"
        not.read: "1"
        upstream: {upstream}
{tag}      environment:
        dependencies:
          - --editable ${{workspace.file_path}}
"""
JOB = """\
resources:
  jobs:
    {key}_job:
      name: {key}_job
      trigger:
        periodic:
          interval: 6
          unit: HOURS
      tasks:
        - task_key: refresh
          pipeline_task:
            pipeline_id: ${{resources.pipelines.{key}_pipeline.id}}
"""
# The same, as `just build-pipeline-resource` and `just build-job-resource` write it.
PYTHON_PIPELINE = """\
from databricks.bundles.pipelines import Pipeline

{key}_pipeline = Pipeline.from_dict(
    {{
        "name": "{key}_pipeline",
        "catalog": "${{var.catalog}}{domain}",
        "schema": "{source}",
        "serverless": True,
        "root_path": "src/{domain}/{source}",
        "libraries": [{{"glob": {{"include": "src/{domain}/{source}/transformations/**"}}}}],
        "configuration": {{
            "landing.path": "/Volumes/{domain}/{source}/landing",
            "threshold": "10",
            "not.read": "1",
            "upstream": "{upstream}",
{tag}        }},
        "environment": {{"dependencies": ["--editable ${{workspace.file_path}}"]}},
    }}
)
"""
PYTHON_JOB = """\
from databricks.bundles.jobs import Job

{key}_job = Job.from_dict(
    {{
        "name": "{key}_job",
        "trigger": {{"periodic": {{"interval": 6, "unit": "HOURS"}}}},
        "tasks": [
            {{
                "task_key": "refresh",
                "pipeline_task": {{"pipeline_id": "${{resources.pipelines.{key}_pipeline.id}}"}},
            }}
        ],
    }}
)
"""


@dataclass(eq=False)
class Pair:
    domain: str
    source: str
    helper: str
    is_sql: bool
    has_retention: bool
    is_python: bool = False
    upstream: Pair | None = None
    readers: list[Pair] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.domain}_{self.source}"

    @property
    def keys(self) -> set[str]:
        """The pair's resources: who touches the pipeline touches the job that runs it."""
        return {f"pipelines.{self.key}_pipeline", f"jobs.{self.key}_job"}

    @property
    def table(self) -> str:
        return f"dev_{self.domain}.{self.source}.final_orders"

    def downstream(self) -> set[str]:
        """The pair's resources, and those of every pair that reads its final table, directly or not."""
        return self.keys.union(*(reader.downstream() for reader in self.readers))

    def source_file(self, name: str) -> str:
        return f"src/{self.domain}/{self.source}/{name}"

    def transformation(self, name: str) -> str:
        return self.source_file(f"transformations/{name}")

    def resource_file(self, kind: str) -> str:
        return f"resources/{self.domain}/{self.source}/sync_{kind}.{'py' if self.is_python else 'yml'}"

    @property
    def staging_file(self) -> str:
        return self.transformation("staging_orders.sql" if self.is_sql else "staging_orders.py")


def model(pairs: int, python: bool = False) -> list[Pair]:
    """`pairs` pairs, three to a domain; of every eight, three read another pair's final table, one of them at two removes.

    With `python`, the resources of every other domain are defined in Python, else all in YAML.
    """
    made: list[Pair] = []
    for number in range(pairs):
        helper = list(HELPERS)[number % 3]
        is_python = python and number // 3 % 2 == 0
        pair = Pair(f"domain{number // 3}", f"source{number % 3}", helper, number % 2 == 1, number % 5 == 0, is_python)
        back = {4: 1, 5: 1, 7: 4}.get(number % 8)
        if back:
            pair.upstream = made[number - back]
            pair.upstream.readers.append(pair)
        made.append(pair)
    return made


def write(root: Path, pairs: list[Pair]) -> None:
    """Write the bundle of `pairs` into the folder `root`."""
    has_python = any(pair.is_python for pair in pairs)
    files = {
        "databricks.yml": BUNDLE + (PYTHON_RESOURCES if has_python else ""),
        "pyproject.toml": PYPROJECT,
        "README.md": "# Generated\n",
        "src/common/__init__.py": "",
        "src/common/money.py": MONEY,
        "src/common/dates.py": DATES,
        "src/common/checks.py": CHECKS,
        "src/common/README.md": "# Shared\n",
        "tests/test_all.py": "def test_all():\n    assert True\n",
    }
    if has_python:
        files["resources/__init__.py"] = (Path(__file__).parents[3] / "resources" / "__init__.py").read_text()
    for pair in pairs:
        files |= files_of(pair)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def files_of(pair: Pair) -> dict[str, str]:
    helper, call = HELPERS[pair.helper]
    upstream = pair.upstream.table if pair.upstream else "none"
    names = {"domain": pair.domain, "source": pair.source, "key": pair.key, "upstream": upstream}
    files = {
        f"src/{pair.domain}/__init__.py": "",
        pair.source_file("__init__.py"): "",
        pair.source_file("rules.py"): RULES,
        pair.source_file("rates.csv"): "EUR,1\n",
        pair.transformation("raw_orders.py"): RAW,
        pair.transformation("base_orders.py"): BASE.format(helper=helper, call=call, **names),
        pair.staging_file: _staging(pair),
        pair.transformation("final_orders.py"): FINAL,
        pair.transformation("final_audit.py"): AUDIT,
        f"fixtures/{pair.domain}/{pair.source}/orders.csv": "id\n1\n",
    }
    if pair.is_python:
        tag = '            "retention": "${var.retention}",\n' if pair.has_retention else ""
        files[f"resources/{pair.domain}/__init__.py"] = files[f"resources/{pair.domain}/{pair.source}/__init__.py"] = ""
        files[pair.resource_file("pipeline")] = PYTHON_PIPELINE.format(tag=tag, **names)
        files[pair.resource_file("job")] = PYTHON_JOB.format(**names)
    else:
        tag = "        retention: ${var.retention}\n" if pair.has_retention else ""
        files[pair.resource_file("pipeline")] = PIPELINE.format(tag=tag, **names)
        files[pair.resource_file("job")] = JOB.format(**names)
    return files


def _staging(pair: Pair) -> str:
    """The layer that reads the other pair: by a setting in Python, by its name in SQL, where Databricks fills it in."""
    if pair.is_sql:
        join = "LEFT JOIN ${upstream} AS u ON u.currency = o.currency\n" if pair.upstream else ""
        return STAGING_SQL.format(origin=pair.key, join=join)
    join = 'other = spark.read.table(spark.conf.get("upstream"))\n    orders = orders.join(other, "currency", "left")\n    '
    return STAGING_PYTHON.format(join=join if pair.upstream else "")
