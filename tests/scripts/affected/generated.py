"""A bundle generated from a model of who uses what: the model, not the code under test, says what a change touches."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.scripts.affected.texts import (
    AUDIT,
    BASE,
    BUNDLE,
    CHECKS,
    COMPUTED,
    DATES,
    EXPORT,
    EXPORT_JOB,
    FINAL,
    HELPERS,
    JOB,
    LABELS,
    MONEY,
    NOTES,
    PIPELINE,
    PYPROJECT,
    PYTHON_JOB,
    PYTHON_PIPELINE,
    PYTHON_RESOURCES,
    RATES,
    RAW,
    RULES,
    STAGING_PYTHON,
    STAGING_SQL,
)


@dataclass(eq=False)
class Pair:
    domain: str
    source: str
    helper: str
    is_sql: bool
    has_retention: bool
    is_python: bool = False
    is_exported: bool = False
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
    def exports(self) -> set[str]:
        """The job whose notebook reads the pair's final table."""
        return {f"jobs.{self.key}_export"} if self.is_exported else set()

    @property
    def table(self) -> str:
        return f"dev_{self.domain}.{self.source}.final_orders"

    def downstream(self) -> set[str]:
        """The pair's resources, what reads its final table, and the resources of every pair that does, directly or not."""
        return self.keys.union(self.exports, *(reader.downstream() for reader in self.readers))

    def source_file(self, name: str) -> str:
        return f"src/{self.domain}/{self.source}/{name}"

    def transformation(self, name: str) -> str:
        return self.source_file(f"transformations/{name}")

    def resource_file(self, kind: str) -> str:
        return f"resources/{self.domain}/{self.source}/sync_{kind}.{'py' if self.is_python else 'yml'}"

    @property
    def staging_file(self) -> str:
        return self.transformation("staging_orders.sql" if self.is_sql else "staging_orders.py")


def model(pairs: int, python: bool = False, computed: bool = False) -> list[Pair]:
    """`pairs` pairs, three to a domain; of every eight, three read another pair's final table, one of them at two removes.

    With `python`, the resources of every other domain are defined in Python, else all in YAML. With `computed`, one pair of
    eight imports its helper by a name that is put together at run time.
    """
    made: list[Pair] = []
    for number in range(pairs):
        helper = COMPUTED if computed and number % 8 == 6 else list(HELPERS)[number % 4]
        is_python = python and number // 3 % 2 == 0
        names = f"domain{number // 3}", f"source{number % 3}"
        pair = Pair(*names, helper, number % 2 == 1, number % 5 == 0, is_python, is_exported=number % 4 == 1)
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
        "src/common/labels.py": LABELS,
        "src/common/rates.py": RATES,
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
        pair.transformation("final_notes.py"): NOTES,
        f"fixtures/{pair.domain}/{pair.source}/orders.csv": "id\n1\n",
    }
    if pair.is_exported:
        files[pair.source_file("export.ipynb")] = notebook(pair)
        files[f"resources/{pair.domain}/{pair.source}/export_job.yml"] = EXPORT_JOB.format(**names)
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


def notebook(pair: Pair) -> str:
    """The notebook that exports the pair's final table, as Jupyter writes it after a run."""
    cells = [
        {"cell_type": kind, "metadata": {}, "source": [line.format(table=pair.table) for line in lines]}
        | ({"execution_count": 1, "outputs": []} if kind == "code" else {})
        for kind, lines in EXPORT
    ]
    metadata = {"language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def _staging(pair: Pair) -> str:
    """The layer that reads the other pair: by a setting in Python, by its name in SQL, where Databricks fills it in."""
    if pair.is_sql:
        join = "LEFT JOIN ${upstream} AS u ON u.currency = o.currency\n" if pair.upstream else ""
        return STAGING_SQL.format(origin=pair.key, join=join)
    join = 'other = spark.read.table(spark.conf.get("upstream"))\n    orders = orders.join(other, "currency", "left")\n    '
    return STAGING_PYTHON.format(join=join if pair.upstream else "")
