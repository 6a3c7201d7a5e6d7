"""Notebooks as Python: which lines stay code, and which cells are in another language."""

import json

import pytest

from scripts.lineage.notebooks import Cell, cells, notebooks_run, python_text

TITLE = "# Databricks notebook source\n"


def jupyter(*sources, **metadata):
    """A notebook of code cells, but for those that are a tuple: (type, text); as Jupyter writes it."""
    made = [("code", one) if isinstance(one, str) else one for one in sources]
    entries = [
        {"cell_type": kind, "metadata": {}, "outputs": [], "source": text.splitlines(keepends=True)} for kind, text in made
    ]
    return json.dumps({"cells": entries, "metadata": metadata, "nbformat": 4}, indent=1).encode()


def test_code_stays_on_its_lines():
    content = jupyter("a = 1\nb = 2", ("markdown", "# Words\n'''"), "%pip install x\nc = '''\n'''\n!ls")
    lines = python_text("x.ipynb", content).decode().splitlines()
    written = content.decode().splitlines()
    code = {line: number for number, line in enumerate(lines) if line and not line.startswith("# Databricks")}
    assert list(code) == ["a = 1", "b = 2", "# MAGIC %pip install x", "c = '''", "'''", "# MAGIC !ls"]
    for line, number in code.items():
        assert line.removeprefix("# MAGIC ") in written[number]


def test_a_notebook_on_one_line_has_its_code():
    content = json.dumps(json.loads(jupyter("a = 1\nb = 2", "%sql\nSELECT 1", "%sql SELECT 2"))).encode()
    text = python_text("x.ipynb", content).decode()
    assert [line for line in text.splitlines() if "=" in line] == ["a = 1", "b = 2"]
    assert [cell.text for cell in cells(text)] == ["\nSELECT 1", "SELECT 2"]


@pytest.mark.parametrize("cell", ["%sql\nSELECT 1", "%%sql\nSELECT 1", "%sql SELECT 1"])
def test_a_cell_of_sql(cell):
    [found] = cells(python_text("x.ipynb", jupyter("a = 1", cell)).decode())
    assert (found.kind, found.text.strip()) == ("sql", "SELECT 1")


def test_a_notebook_whose_own_language_is_sql():
    own = {"application/vnd.databricks.v1+notebook": {"language": "sql"}}
    text = python_text("x.ipynb", jupyter("SELECT 1", "%python\na = 1", **own)).decode()
    assert [(cell.kind, cell.text) for cell in cells(text)] == [("sql", "SELECT 1")]
    assert text.splitlines()[-1] == "a = 1"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 1}', b'{"cells": [{"cell_type": "code"}]}'])
def test_what_is_no_notebook_is_what_it_is(content):
    assert python_text("x.ipynb", content) == content


def test_the_cells_of_a_source_file():
    text = (
        TITLE
        + "# MAGIC %sql\n# MAGIC SELECT 1\n# MAGIC\n# MAGIC   + 2\na = 1\n# MAGIC %run ./x\n# MAGIC %md\n# MAGIC Words\n"
    )
    assert cells(text) == (Cell("sql", 2, "\nSELECT 1\n\n  + 2"), Cell("run", 7, "./x"))
    assert cells(text.removeprefix(TITLE)) == ()


def test_the_cells_of_a_source_file_of_sql():
    text = "-- Databricks notebook source\n-- MAGIC %md\n-- MAGIC Words\nSELECT 1;\n-- MAGIC %python\n-- MAGIC a = 1\n"
    assert cells(text) == (Cell("python", 5, "\na = 1"),)


def test_commands_are_a_line_each():
    text = python_text("x.ipynb", jupyter("%pip install a\n%run ./setup\n", '%run "../b c"')).decode()
    assert [cell.kind for cell in cells(text)] == ["pip", "run", "run"]
    assert notebooks_run(cells(text)) == ["./setup", "../b c"]
