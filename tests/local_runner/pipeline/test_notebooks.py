"""Notebooks as source files: which cells they have, what their magic commands do, and where errors are said to be."""

import json
from pathlib import Path
from textwrap import dedent

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.definitions import Definitions, recording
from local_runner.pipeline.sources.notebooks import is_notebook, read_notebook

HEAD = "# Databricks notebook source\n"


def write(path, text):
    path.write_text(dedent(text).lstrip("\n"))
    return path


def ran(path, **names):
    """The globals after all cells have run, and what they have defined."""
    definitions, seen = Definitions("sales", "shop"), {}
    with recording(definitions):
        read_notebook(path, path.parent, {}).run(definitions, {"spark": None, "seen": seen, **names})
    return seen, definitions


def refusals(path):
    with pytest.raises(Failure) as caught:
        read_notebook(path, path.parent, {})
    return [f"{Path(one.location.file).name}:{one.location.line}: {one.summary}" for one in caught.value.diagnostics]


def test_cells_of_python_sql_and_words(tmp_path):
    path = write(
        tmp_path / "nb.py",
        """
        # Databricks notebook source
        # DBTITLE 1,Words
        # MAGIC %md
        # MAGIC # A title; CREATE nothing

        # COMMAND ----------

        import inspect
        value = 4
        seen["line"] = inspect.currentframe().f_lineno

        # COMMAND ----------

        # DBTITLE 1,A view
        # MAGIC %sql
        # MAGIC SET day = '2025-01-01';
        # MAGIC
        # MAGIC CREATE TEMPORARY VIEW one AS
        # MAGIC   SELECT ${day} AS d;

        # COMMAND ----------

        # MAGIC %sql CREATE MATERIALIZED VIEW two AS SELECT ${day} AS d, * FROM one

        # COMMAND ----------

        # MAGIC %python
        # MAGIC seen["value"] = value

        # COMMAND ----------

        # Nothing but a comment
        """,
    )
    seen, definitions = ran(path)
    assert seen == {"line": 10, "value": 4}
    assert [(name.table, one.location.line) for name, one in definitions.datasets.items()] == [("one", 18), ("two", 23)]
    assert [flow.spark_conf for flow in definitions.flows] == [{"day": "'2025-01-01'"}] * 2


def test_a_sql_notebook(tmp_path):
    path = write(
        tmp_path / "nb.sql",
        """
        -- Databricks notebook source
        -- MAGIC %md Words

        -- COMMAND ----------

        USE SCHEMA other;

        -- COMMAND ----------

        -- A comment
        CREATE MATERIALIZED VIEW one AS SELECT 1 AS a;

        -- COMMAND ----------

        -- MAGIC %python
        -- MAGIC seen["ran"] = True
        """,
    )
    seen, definitions = ran(path)
    assert seen == {"ran": True}
    assert [(str(name), one.location.line) for name, one in definitions.datasets.items()] == [("sales.other.one", 11)]


def test_a_jupyter_notebook(tmp_path):
    python = ["import sys\n", "seen['line'] = sys._getframe().f_lineno"]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["%sql DROP TABLE t"]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": python},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["%sql\n", "CREATE TABLE t AS SELECT 1"]},
    ]
    path = tmp_path / "nb.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    lines = path.read_text().splitlines()
    seen, definitions = ran(path)
    assert "f_lineno" in lines[seen["line"] - 1]
    [dataset] = definitions.datasets.values()
    assert "CREATE TABLE t" in lines[dataset.location.line - 1]


def test_run_makes_the_names_of_another_notebook_visible(tmp_path):
    (tmp_path / "shared").mkdir()
    write(tmp_path / "shared" / "names.py", HEAD + "deep = 1\n")
    write(tmp_path / "shared" / "helpers.py", HEAD + "# MAGIC %run ./names\n# COMMAND ----------\nhelp = deep + 1\n")
    write(tmp_path / "shared" / "views.sql", "-- Databricks notebook source\nCREATE TEMPORARY VIEW v AS SELECT 1\n")
    path = write(
        tmp_path / "nb.py",
        """
        # Databricks notebook source
        # MAGIC %run ./shared/helpers

        # COMMAND ----------

        # MAGIC %run "./shared/views"

        # COMMAND ----------

        seen["help"] = help
        """,
    )
    seen, definitions = ran(path)
    assert seen == {"help": 2}
    [dataset] = definitions.datasets.values()
    assert dataset.location.file == str(tmp_path / "shared" / "views.sql")


def test_a_query_is_told_of_and_does_not_run(tmp_path):
    path = write(tmp_path / "nb.py", HEAD + "# MAGIC %sql\n# MAGIC VALUES (1)\n")
    [warning] = read_notebook(path, tmp_path, {}).warnings
    assert str(warning) == f"Warning: {path}:3: this query defines nothing: it does not run"


def test_what_pip_asks_for_must_be_there(tmp_path):
    from importlib.metadata import version

    pytest_version = version("pytest")
    good = write(
        tmp_path / "good.py",
        f"{HEAD}# MAGIC %pip install -q pytest>=1 'rich'  # tools\n# MAGIC %pip install PyTest=={pytest_version}\n",
    )
    assert read_notebook(good, tmp_path, {}).steps == []
    bad = write(
        tmp_path / "bad.py",
        """
        # Databricks notebook source
        # MAGIC %pip install no-such-package-here==1

        # COMMAND ----------

        # MAGIC %pip install pytest<1

        # COMMAND ----------

        # MAGIC %pip install -r requirements.txt

        # COMMAND ----------

        # MAGIC %pip uninstall pytest
        """,
    )
    assert refusals(bad) == [
        "bad.py:2: no-such-package-here is not installed",
        f"bad.py:6: pytest {pytest_version} is installed, and the notebook wants <1",
        "bad.py:10: %pip install -r is not supported in local runs",
        "bad.py:14: %pip uninstall is not supported in local runs",
    ]


def test_what_is_refused_by_name_with_its_line(tmp_path):
    write(tmp_path / "file.py", "x = 1\n")
    write(tmp_path / "nb.py", HEAD + "# MAGIC %run ./nb\n")
    path = write(
        tmp_path / "bad.py",
        """
        # Databricks notebook source
        # MAGIC %scala
        # MAGIC val x = 1

        # COMMAND ----------

        x = 1
        # MAGIC %pip install rich

        # COMMAND ----------

        # MAGIC %sh ls

        # COMMAND ----------

        # MAGIC %run ./none

        # COMMAND ----------

        # MAGIC %run ./file

        # COMMAND ----------

        # MAGIC %run ./nb

        # COMMAND ----------

        # MAGIC %run /Workspace/other

        # COMMAND ----------

        # MAGIC %run ./nb $a="1"

        # COMMAND ----------

        # MAGIC %sql
        # MAGIC
        # MAGIC DROP TABLE t

        # COMMAND ----------

        def broken(:
        """,
    )
    assert refusals(path) == [
        "bad.py:2: %scala cells are not supported in local runs",
        "bad.py:8: a magic command stands among other lines",
        "bad.py:12: %sh cells are not supported in local runs",
        "bad.py:16: %run ./none: there is no such notebook in the bundle",
        "bad.py:20: %run ./file: that is a file, not a notebook",
        "nb.py:2: %run ./nb: these notebooks run each other in a circle",
        "bad.py:28: %run /Workspace/other is not supported in local runs",
        'bad.py:32: %run ./nb $a="1" is not supported in local runs',
        "bad.py:38: DROP is not supported in a pipeline's SQL in local runs",
        "bad.py:42: bad.py does not load",
    ]


def test_what_is_not_supported_is_found_across_cells(tmp_path):
    path = write(
        tmp_path / "nb.py",
        """
        # Databricks notebook source
        import dlt
        # COMMAND ----------
        # MAGIC %sql
        # MAGIC DROP TABLE t
        # COMMAND ----------
        @dlt.table(row_filter="f")
        def t():
            return dlt.unknown("x")
        """,
    )
    assert refusals(path) == [
        "nb.py:5: DROP is not supported in a pipeline's SQL in local runs",
        "nb.py:7: table(row_filter=…) is not supported in local runs",
        "nb.py:9: dlt.unknown is not supported in local runs",
    ]


def test_run_stays_in_the_bundle(tmp_path):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    write(tmp_path / "outside.py", HEAD)
    path = write(bundle / "nb.py", HEAD + "# MAGIC %run ../outside\n")
    assert refusals(path) == ["nb.py:2: %run ../outside: there is no such notebook in the bundle"]


def test_what_a_notebook_is(tmp_path):
    assert is_notebook(write(tmp_path / "a.py", HEAD))
    assert not is_notebook(write(tmp_path / "b.py", "x = 1\n" + HEAD))
    assert not is_notebook(write(tmp_path / "c.sql", "SELECT 1"))
    (tmp_path / "d.ipynb").write_text("no json")
    assert refusals(tmp_path / "d.ipynb") == ["d.ipynb:0: d.ipynb is no notebook of version 4"]
