"""One Python file as units: what each uses, and what leaves its code the same."""

import pytest

from scripts.affected.module import EFFECTS, code_of, read_module
from scripts.affected.names_used import Import


def units(source):
    return read_module(source.encode()).units


def uses(source, name):
    return units(source)[name].uses


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("return RATE * 2", {("RATE",)}),
        ("return money.rounding.half_up(1)", {("money", "rounding", "half_up")}),
        ("rate = 1\n    return rate", set()),
        ("return [rate for rate in RATES]", {("RATES",)}),
        ("return (lambda rate: rate + OFFSET)(1)", {("OFFSET",)}),
        ("def inner(x):\n        return x + OFFSET\n    return inner(1)", {("OFFSET",)}),
        ("def inner():\n        rate = 1\n        return rate\n    return inner() + rate", {("rate",)}),
        ("global total\n    total = START\n    return total", {("START",), ("total",)}),
        ("try:\n        pass\n    except KeyError as error:\n        return error", {("KeyError",)}),
        ("import json\n    return json.dumps(VALUE)", {("VALUE",)}),
    ],
)
def test_a_function_uses_the_names_that_are_not_its_own(body, used):
    assert uses(f"def f(argument=None):\n    argument\n    {body}\n", "f") == used


def test_decorators_defaults_and_annotations_are_used():
    assert uses("@dp.table\ndef f(a: Column = DEFAULT) -> DataFrame: ...\n", "f") == {
        ("dp", "table"),
        ("Column",),
        ("DEFAULT",),
        ("DataFrame",),
    }


def test_an_import_inside_a_function_is_a_use_of_its_own():
    assert units("def f():\n    from common.money import round_up\n    return round_up(1)\n")["f"].imports == {
        Import("common.money", 0, "round_up")
    }


@pytest.mark.parametrize(
    ("statement", "owners"),
    [
        ("RATE = 1", {"RATE"}),
        ("A, (B, *C) = values()", {"A", "B", "C"}),
        ("RATE: int = 1", {"RATE"}),
        ("RATE += 1", {"RATE"}),
        ("class Rule: ...", {"Rule"}),
        ("register()", {EFFECTS}),
        ("settings.zone = 'UTC'", {EFFECTS}),
        ("cache['a'] = 1", {EFFECTS}),
        ("if FAST:\n    RATE = 1\nelse:\n    RATE = 2", {"RATE"}),
        ("for name in NAMES:\n    register(name)", {"name", EFFECTS}),
        ("try:\n    import fast\nexcept ImportError:\n    fast = None", {"fast"}),
        ("'text'", set()),
        ("if TYPE_CHECKING:\n    from common import types", set()),
        ("import os", set()),
    ],
)
def test_a_statement_belongs_to_the_names_it_binds_or_to_the_effects(statement, owners):
    assert set(units(statement + "\n")) == owners


def test_a_conditional_import_binds_its_name():
    module = read_module(b"try:\n    import fast\nexcept ImportError:\n    fast = None\n")
    assert module.bindings == {"fast": [Import("fast")]}


@pytest.mark.parametrize(
    "other",
    [
        'def f(a):\n    # why\n    return g(a, "x")\n',
        "def f(\n    a,\n):\n    return (\n        g(a, 'x')\n    )\n",
        'def f(a):\n    """What it does."""\n    return g(a, "x")\n',
    ],
)
def test_comments_layout_and_docstrings_leave_the_code_the_same(other):
    assert code_of(units(other)["f"]) == code_of(units('def f(a):\n    return g(a, "x")\n')["f"])


def test_so_do_comments_and_layout_of_sql():
    def code(query):
        return code_of(units(f"def f():\n    return spark.sql({query!r})\n")["f"])

    assert code("select a -- why\n from  t") == code("SELECT a FROM t")
    assert code("SELECT a FROM t") != code("SELECT A FROM t")
    assert code("SELECT 'x  y' FROM t") != code("SELECT 'x y' FROM t")


@pytest.mark.parametrize("other", ['def f(a):\n    return g(a, "y")\n', 'def f(a, b):\n    return g(a, "x")\n'])
def test_anything_else_makes_it_another(other):
    assert code_of(units(other)["f"]) != code_of(units('def f(a):\n    return g(a, "x")\n')["f"])


def test_code_can_be_told_apart_any_number_of_times():
    unit = units('def f():\n    """Text."""\n    return 1\n')["f"]
    assert code_of(unit) == code_of(unit)
    assert len(unit.statements[0].body) == 2


NOTEBOOK = "# Databricks notebook source\n# MAGIC {}\n# COMMAND ----------\nA = 1\n"


def test_a_notebook_runs_its_commands_but_not_its_prose():
    def effects(cell):
        return code_of(units(NOTEBOOK.format(cell))[EFFECTS])

    assert effects("%sh ls") != effects("%sh ls -l")
    assert EFFECTS not in units(NOTEBOOK.format("%md Words"))
    assert EFFECTS not in units("# A file\n# MAGIC %sh ls\nA = 1\n")


def test_each_statement_of_sql_in_a_notebook_is_a_unit():
    text = NOTEBOOK.format("%sql\n# MAGIC SELECT 1;\n# MAGIC SELECT\n# MAGIC   2")
    same = NOTEBOOK.format("%sql -- One, then two\n# MAGIC select 1; select 2")
    assert units(text).keys() == units(same).keys()
    assert units(text).keys() != units(text.replace("2", "3")).keys()
    module = read_module(text.encode())
    first, second = (name for name in module.units if name != "A")
    assert [module.unit_at(line) for line in (3, 4, 5)] == [first, second, second]
    assert module.entry_points == [first, second]


def test_what_is_no_python_has_no_units():
    assert read_module(b"def f(:\n") is None
