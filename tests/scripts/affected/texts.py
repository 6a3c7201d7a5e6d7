"""The files of the generated bundle, with places for names."""

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
LABELS = '''\
def label(column):
    """A word for people."""
    return column.cast("string")


def other_label(column):
    return column
'''
RATES = """\
def convert(column):
    return column * 2
"""
# What a pair imports of `common`, in each way of writing it, and the call that uses it.
HELPERS = {
    "money": ("from common.money import to_major", 'to_major(F.col("amount"))'),
    "dates": ("import common.dates", 'common.dates.day(F.col("created_at"))'),
    "checks": ("from common import checks", 'checks.is_recent(F.col("created_at"))'),
    "labels": ("from common.labels import *", 'label(F.col("currency"))'),
    "rates": (
        'import importlib\nimport os\n\nrates = importlib.import_module("common." + os.environ["HELPER"])',
        'rates.convert(F.col("amount"))',
    ),
}
# Only running the code tells what it imports.
COMPUTED = "rates"
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
# A notebook among the pipeline's files.
NOTES = """\
# Databricks notebook source
# MAGIC %md
# MAGIC What is worth noting.

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REFRESH MATERIALIZED VIEW final_notes AS
# MAGIC SELECT status, count(*) AS notes FROM staging_orders GROUP BY status
"""
# A notebook that a job runs.
EXPORT = [
    ("markdown", ["# Export\n", "For people."]),
    ("code", ["%sql\n", "-- What is exported\n", "SELECT currency, total\n", "FROM {table}"]),
    ("code", ["rows = 10\n", "display(_sqldf.limit(rows))"]),
]
EXPORT_JOB = """\
resources:
  jobs:
    {key}_export:
      name: {key}_export
      tasks:
        - task_key: export
          notebook_task:
            notebook_path: ../../../src/{domain}/{source}/export.ipynb
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
