"""Changes to the generated bundle. Each kind knows, by the way it is made, which resources it touches."""

from __future__ import annotations

from collections.abc import Callable

from tests.scripts.affected.generated import Pair, files_of
from tests.scripts.affected.scene import Scene


def is_yaml(pair: Pair) -> bool:
    return not pair.is_python


def is_exported(pair: Pair) -> bool:
    return pair.is_exported


def is_read(pair: Pair) -> bool:
    return bool(pair.readers)


# --- What touches nothing ---


def comment_in_code(scene: Scene) -> set[str]:
    scene.edit(scene.pair().transformation("base_orders.py"), "# One row an order.", "# Each order once.")
    return set()


def docstring(scene: Scene) -> set[str]:
    scene.edit(scene.pair().transformation("base_orders.py"), '"""Typed orders."""', '"""Orders, with types."""')
    scene.edit("src/common/money.py", '"""Whole units."""', '"""Units."""')
    return set()


def layout_of_code(scene: Scene) -> set[str]:
    old, new = (
        'orders.where(rules.valid("amount"))',
        "(\n        orders.where(\n            rules.valid('amount')\n        )\n    )",
    )
    scene.edit(scene.pair().transformation("base_orders.py"), old, new)
    return set()


def order_of_imports(scene: Scene) -> set[str]:
    one, other = "from pyspark import pipelines as dp\n", "from pyspark.sql import functions as F\n"
    scene.edit(scene.pair().transformation("final_orders.py"), one + other, other + one)
    return set()


def unused_import(scene: Scene) -> set[str]:
    scene.edit(scene.pair().source_file("rules.py"), "from pathlib import Path", "import json\nfrom pathlib import Path")
    scene.edit("src/common/checks.py", "import common.dates as dates", "import common.dates as dates\nimport common.money")
    return set()


def comment_and_layout_of_sql(scene: Scene) -> set[str]:
    file = scene.pair(lambda pair: pair.is_sql).staging_file
    scene.edit(file, "-- Orders of value.", "/* Orders worth counting. */")
    scene.edit(file, "SELECT o.*,", "select   o.*,\n      ")
    return set()


def prose_and_layout_of_notebooks(scene: Scene) -> set[str]:
    pair = scene.pair(is_exported)
    scene.edit(pair.transformation("final_notes.py"), "What is worth noting.", "Notes.\n# MAGIC - and more of them")
    scene.edit(pair.transformation("final_notes.py"), "SELECT status, count(*)", "select status,\n# MAGIC   count(*)")
    scene.edit(pair.source_file("export.ipynb"), "For people.", "For machines.")
    scene.edit(pair.source_file("export.ipynb"), "-- What is exported", "-- This is exported")
    scene.edit(pair.source_file("export.ipynb"), "rows = 10", "rows=10  # enough")
    return set()


def a_run_of_a_notebook(scene: Scene) -> set[str]:
    file = scene.pair(is_exported).source_file("export.ipynb")
    scene.edit(file, '"execution_count": 1', '"execution_count": 2')
    scene.edit(file, '"outputs": []', '"outputs": [{"output_type": "stream", "name": "stdout", "text": ["1"]}]')
    return set()


def documents(scene: Scene) -> set[str]:
    scene.append("README.md", "More words.\n")
    scene.append("src/common/README.md", "More words.\n")
    scene.append(f"src/{scene.pair().domain}/NOTES.md", "Words.\n")
    return set()


def tests_and_fixtures(scene: Scene) -> set[str]:
    pair = scene.pair()
    scene.append("tests/test_all.py", "\n\ndef test_more():\n    assert True\n")
    scene.append(f"fixtures/{pair.domain}/{pair.source}/orders.csv", "2\n")
    return set()


def comment_in_resource(scene: Scene) -> set[str]:
    scene.append(scene.pair().resource_file("pipeline"), "# Runs daily.\n")
    scene.append("databricks.yml", "# The end.\n")
    return set()


def order_of_settings(scene: Scene) -> set[str]:
    file = scene.pair(is_yaml).resource_file("pipeline")
    scene.edit(file, '        threshold: "10"\n        not.read: "1"\n', '        not.read: "1"\n        threshold: "10"\n')
    return set()


def layout_of_resource(scene: Scene) -> set[str]:
    pair = scene.pair()
    if pair.is_python:
        scene.edit(pair.resource_file("job"), '{"interval": 6, "unit": "HOURS"}', 'dict(unit="HOURS", interval=2 * 3)')
    else:
        scene.edit(pair.resource_file("pipeline"), 'threshold: "10"', "threshold: '10'")
    return set()


def unused_function(scene: Scene) -> set[str]:
    scene.edit("src/common/money.py", "    return amount\n", "    return -amount\n")
    scene.edit(scene.pair().source_file("rules.py"), '{column} < 0"', '{column} < 1"')
    return set()


def another_target(scene: Scene) -> set[str]:
    scene.edit("databricks.yml", "https://prod.example.com", "https://other.example.com")
    return set()


def tool_settings(scene: Scene) -> set[str]:
    scene.edit("pyproject.toml", "line-length = 100", "line-length = 120")
    return set()


def tooling_that_is_not_uploaded(scene: Scene) -> set[str]:
    scene.edit("databricks.yml", "exclude: [tests/**]", "exclude: [tests/**, tools/**, '*.toml']")
    return set()


def unused_variable(scene: Scene) -> set[str]:
    scene.edit("databricks.yml", "variables:\n  catalog", "variables:\n  extra: {description: none, default: x}\n  catalog")
    return set()


# --- What touches a pair, and where it changes rows, its readers ---


def base_logic(scene: Scene) -> set[str]:
    pair = scene.pair()
    scene.edit(pair.transformation("base_orders.py"), '.withColumn("value"', '.withColumn("worth"')
    return pair.downstream()


def staging_logic(scene: Scene) -> set[str]:
    pair = scene.pair()
    if pair.is_sql:
        scene.edit(pair.staging_file, "o.value > 10", "o.value > 11")
    else:
        scene.edit(pair.staging_file, '"value > "', '"value >= "')
    return pair.downstream()


def final_logic_that_others_read(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    scene.edit(pair.transformation("final_orders.py"), 'groupBy("currency")', 'groupBy("currency", "day")')
    return pair.downstream()


def table_nobody_reads(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    scene.edit(pair.transformation("final_audit.py"), 'groupBy("status")', 'groupBy("status", "day")')
    return pair.keys


def sql_of_a_notebook_in_a_pipeline(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    scene.edit(pair.transformation("final_notes.py"), "count(*)", "count(status)")
    return pair.keys


def sql_of_a_notebook_in_a_job(scene: Scene) -> set[str]:
    pair = scene.pair(is_exported)
    scene.edit(pair.source_file("export.ipynb"), "currency, total", "currency, 2 * total")
    return pair.exports


def python_of_a_notebook_in_a_job(scene: Scene) -> set[str]:
    pair = scene.pair(is_exported)
    scene.edit(pair.source_file("export.ipynb"), "rows = 10", "rows = 20")
    return pair.exports


def new_table(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    text = '@dp.table\ndef final_new():\n    return spark.readStream.table("base_orders")\n'
    scene.append(pair.transformation("final_new.py"), f"from pyspark import pipelines as dp\n\n\n{text}")
    return pair.keys


def helper_of_the_pair(scene: Scene) -> set[str]:
    pair = scene.pair()
    scene.edit(pair.source_file("rules.py"), '{column} >= 0"', '{column} > 0"')
    return pair.downstream()


def data_beside_the_code(scene: Scene) -> set[str]:
    pair = scene.pair()
    scene.edit(pair.source_file("rates.csv"), "EUR,1", "EUR,1.1")
    return pair.downstream()


def removed_table_that_others_read(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    scene.remove(pair.transformation("final_orders.py"))
    return pair.downstream()


# --- What touches those who import it ---


def shared_function(scene: Scene) -> set[str]:
    scene.edit("src/common/money.py", "amount * CENTS", "amount / 100")
    return scene.users_of("money")


def shared_constant(scene: Scene) -> set[str]:
    scene.edit("src/common/money.py", 'Decimal("0.01")', 'Decimal("0.001")')
    return scene.users_of("money")


def shared_function_at_two_removes(scene: Scene) -> set[str]:
    scene.edit("src/common/dates.py", 'cast("date")', 'cast("timestamp")')
    return scene.users_of("dates", "checks")


def shared_function_of_one_importer(scene: Scene) -> set[str]:
    scene.edit("src/common/checks.py", "2025-01-01", "2026-01-01")
    return scene.users_of("checks")


def shared_function_of_a_star_import(scene: Scene) -> set[str]:
    scene.edit("src/common/labels.py", 'cast("string")', 'cast("int")')
    return scene.users_of("labels")


def shared_function_that_a_star_import_takes_along(scene: Scene) -> set[str]:
    scene.edit("src/common/labels.py", "    return column\n", "    return column.trim()\n")
    return set()


def shared_effect(scene: Scene) -> set[str]:
    scene.append("src/common/dates.py", '\nspark.conf.set("spark.sql.session.timeZone", "UTC")\n')
    return scene.users_of("dates", "checks")


def effect_of_the_shared_package(scene: Scene) -> set[str]:
    scene.append("src/common/__init__.py", "import decimal\n\ndecimal.getcontext().prec = 10\n")
    return scene.everything


# --- What touches a resource ---


def setting_nobody_reads(scene: Scene) -> set[str]:
    pair = scene.pair()
    _set(scene, pair, "not.read", "1", "2")
    return pair.keys


def setting_that_rows_depend_on(scene: Scene) -> set[str]:
    pair = scene.pair(lambda pair: not pair.is_sql)
    _set(scene, pair, "threshold", "10", "20")
    return pair.downstream()


def landing_path(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    path = f"/Volumes/{pair.domain}/{pair.source}/landing"
    scene.edit(pair.resource_file("pipeline"), path, f"{path}/new")
    return pair.downstream()


def serverless(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    old, new = ('"serverless": True', '"serverless": False') if pair.is_python else ("serverless: true", "serverless: false")
    scene.edit(pair.resource_file("pipeline"), old, new)
    return pair.keys


def schedule(scene: Scene) -> set[str]:
    pair = scene.pair()
    old, new = ('"interval": 6', '"interval": 12') if pair.is_python else ("interval: 6", "interval: 12")
    scene.edit(pair.resource_file("job"), old, new)
    return {f"jobs.{pair.key}_job"}


def what_a_pair_reads(scene: Scene) -> set[str]:
    pair = scene.pair(lambda pair: pair.upstream)
    scene.edit(pair.resource_file("pipeline"), pair.upstream.table, "dev_elsewhere.outside.final_orders")
    return pair.downstream()


def dependency_of_one_pipeline(scene: Scene) -> set[str]:
    pair = scene.pair(is_yaml, is_read)
    scene.append(pair.resource_file("pipeline"), "          - numpy==2.0.0\n")
    return pair.downstream()


def code_that_is_not_uploaded(scene: Scene) -> set[str]:
    pair = scene.pair()
    scene.edit("databricks.yml", "exclude: [tests/**]", f"exclude: [tests/**, {pair.source_file('rules.py')}]")
    return pair.downstream()


def new_pair(scene: Scene) -> set[str]:
    pair = Pair("domain0", "added", "money", is_sql=False, has_retention=False, upstream=scene.pair())
    for file, text in files_of(pair).items():
        if not (scene.after / file).exists():
            scene.append(file, text)
    return pair.keys


def removed_pair(scene: Scene) -> set[str]:
    pair = scene.pair()
    for file in files_of(pair):
        if f"/{pair.source}/" in file:
            scene.remove(file)
    return pair.downstream()


def renamed_schema(scene: Scene) -> set[str]:
    pair = scene.pair(is_read)
    old, new = (f'"{pair.source}",', '"other",') if pair.is_python else (f"schema: {pair.source}", "schema: other")
    scene.edit(pair.resource_file("pipeline"), old, new)
    return pair.downstream()


# --- Shared configuration ---


def variable_that_some_use(scene: Scene) -> set[str]:
    scene.edit("databricks.yml", 'default: "30"', 'default: "60"')
    return set().union(*(pair.keys for pair in scene.pairs if pair.has_retention))


def host(scene: Scene) -> set[str]:
    scene.edit("databricks.yml", "https://dev.example.com", "https://moved.example.com")
    return scene.everything


def permissions(scene: Scene) -> set[str]:
    scene.append("databricks.yml", "permissions:\n  - {level: CAN_VIEW, group_name: readers}\n")
    return scene.everything


def dependency_of_the_project(scene: Scene) -> set[str]:
    scene.edit("pyproject.toml", "dependencies = []", 'dependencies = ["pyyaml"]')
    return scene.everything


def _set(scene: Scene, pair: Pair, name: str, old: str, new: str) -> None:
    quoted = '"{}": "{}"' if pair.is_python else '{}: "{}"'
    scene.edit(pair.resource_file("pipeline"), quoted.format(name, old), quoted.format(name, new))


KINDS: list[Callable[[Scene], set[str]]] = [
    kind
    for name, kind in list(globals().items())
    if not name.startswith("_") and getattr(kind, "__annotations__", {}).get("scene") == "Scene"
]
