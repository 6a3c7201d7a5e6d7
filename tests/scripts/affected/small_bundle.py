"""Two pipelines in two domains, of which crm/hubspot reads a table of finance/stripe, as files: name -> text."""

import yaml

IMPORT = "from pyspark import pipelines as dp\n\n\n"
MAKES = "src/finance/stripe/transformations/final.py"
READS = "src/crm/hubspot/transformations/base.py"
SUMMARY = IMPORT + "@dp.table\ndef final_payment_summary():\n    return spark.range(1)\n"
OTHER = "\n\n@dp.table\ndef final_other():\n    return spark.range(1)\n"
READER = IMPORT + "@dp.table\ndef base():\n    return spark.read.table({})\n"


def pipeline(domain, source, **settings):
    return {
        "name": "x",
        "catalog": domain,
        "schema": source,
        "libraries": [{"glob": {"include": f"../../../src/{domain}/{source}/transformations/**"}}],
        **settings,
    }


def resources(kind, **items):
    return yaml.safe_dump({"resources": {kind: items}})


BUNDLE = {
    "databricks.yml": yaml.safe_dump(
        {"bundle": {"name": "b"}, "include": ["resources/*/*/*.yml"], "targets": {"dev": {"default": True}}}
    ),
    "resources/finance/stripe/a.yml": resources("pipelines", makes=pipeline("finance", "stripe")),
    "resources/crm/hubspot/a.yml": resources("pipelines", reads=pipeline("crm", "hubspot")),
    MAKES: SUMMARY + OTHER,
    READS: READER.format('"finance.stripe.final_payment_summary"'),
}
CHANGED = SUMMARY.replace("range(1)", "range(2)") + OTHER


def job(**task):
    task.setdefault("existing_cluster_id", "1")
    return {"name": "j", "tasks": [{"task_key": "t", **task}]}


JOB = "resources/crm/hubspot/job.yml"
NOTEBOOK = "# Databricks notebook source\n"


SUMMARY_NAME = "finance.stripe.final_payment_summary"
BESIDE = {MAKES: SUMMARY + OTHER.replace("range(1)", "range(2)")}
