"""Names followed through imports to the code they stand for, in each way of writing them."""

import pytest

from scripts.affected.code import WHOLE, Code, CodeUnit, Package
from scripts.affected.module import EFFECTS
from scripts.affected.tree import Tree

FILES = {
    "src/common/__init__.py": "from common.money import round_up\n",
    "src/common/money.py": "STEP = 1\n\n\ndef round_up(x):\n    return x + STEP\n\n\ndef other(): ...\n",
    "src/common/names.py": "from common.money import *\n",
    "src/common/loud.py": "import common.louder\n\n\ndef quiet(): ...\n",
    "src/common/louder.py": "print('loud')\n",
    "src/common/broken.py": "def (:\n",
    "src/sales/__init__.py": "",
    "src/sales/shop/__init__.py": "",
    "src/sales/shop/rules.py": "def valid(): ...\n",
    "src/sales/shop/transformations/raw.py": "",
    "src/namespace/inner.py": "def f(): ...\n",
}
MONEY = "src/common/money.py"
IMPORTLIB = Package("importlib.import_module")
ROUND_UP = CodeUnit(MONEY, "round_up")


@pytest.fixture
def code(tmp_path):
    def build(**files):
        for name, text in {**FILES, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return Code(Tree(tmp_path), ["src/sales/shop"])

    return build


@pytest.mark.parametrize(
    ("imports", "call", "used"),
    [
        ("from common.money import round_up", "round_up(1)", {ROUND_UP}),
        ("from common.money import round_up as up", "up(1)", {ROUND_UP}),
        ("from common import money", "money.round_up(1)", {ROUND_UP}),
        ("import common.money", "common.money.round_up(1)", {ROUND_UP}),
        ("import common.money as m", "m.round_up(1)", {ROUND_UP}),
        ("from common import round_up", "round_up(1)", {ROUND_UP}),
        ("import common", "common.round_up(1)", {ROUND_UP}),
        ("from common.money import *", "round_up(1)", {ROUND_UP}),
        ("from common.names import round_up", "round_up(1)", {ROUND_UP}),
        ("from common import money", "use(money)", {CodeUnit(MONEY, WHOLE)}),
        ("from common import money", "money.not_there(1)", {CodeUnit(MONEY, WHOLE)}),
        ("from ...common.money import round_up", "round_up(1)", {ROUND_UP}),
        ("from sales.shop import rules", "rules.valid()", {CodeUnit("src/sales/shop/rules.py", "valid")}),
        ("from ..shop.rules import valid", "valid()", {CodeUnit("src/sales/shop/rules.py", "valid")}),
        ("import rules", "rules.valid()", {CodeUnit("src/sales/shop/rules.py", "valid")}),
        ("from namespace.inner import f", "f()", {CodeUnit("src/namespace/inner.py", "f")}),
        ("import importlib", "importlib.import_module('common.money').round_up(1)", {CodeUnit(MONEY, WHOLE), IMPORTLIB}),
        ("", "__import__('common.money')", {CodeUnit(MONEY, WHOLE)}),
        ("import common.broken", "common.broken.f()", {CodeUnit("src/common/broken.py", WHOLE)}),
        ("from pyspark.sql import functions as F", "F.col('a')", {Package("pyspark.sql.functions")}),
        ("import numpy as np", "np.array([])", {Package("numpy.array")}),
        ("", "spark.read.table('t')", set()),
    ],
)
def test_a_name_stands_for(code, imports, call, used):
    file = "src/sales/shop/transformations/base.py"
    if imports.startswith("from .."):
        file = "src/sales/shop/base.py"
    found = code(**{file: f"{imports}\n\n\ndef base():\n    return {call}\n"}).uses(CodeUnit(file, "base"))
    assert found == used


def test_a_function_uses_the_constants_of_its_file(code):
    assert code().uses(ROUND_UP) == {CodeUnit(MONEY, "STEP")}


def test_an_import_runs_the_effects_of_files_further_on(code):
    file = "src/sales/shop/base.py"
    found = code(**{file: "from common.loud import quiet\n\n\ndef base():\n    return 1\n"}).uses(CodeUnit(file, "base"))
    assert found == {CodeUnit("src/common/louder.py", EFFECTS)}


def test_files_that_import_each_other(code):
    one, other = "src/sales/one.py", "src/sales/other.py"
    files = {one: "from sales.other import g\n\n\ndef f():\n    return g()\n", other: "from sales.one import f\n\ng = f\n"}
    assert code(**files).uses(CodeUnit(one, "f")) == {CodeUnit(other, "g")}


def test_names_that_import_each_other_in_a_circle(code):
    one, other = "src/sales/one.py", "src/sales/other.py"
    files = {one: "from sales.other import x\n\n\ndef f():\n    return x\n", other: "from sales.one import x\n"}
    assert CodeUnit(one, "f") not in code(**files).uses(CodeUnit(one, "f"))


def test_a_notebook_that_runs_another_uses_all_of_it(code):
    file = "src/sales/shop/nb.py"
    files = {file: "# Databricks notebook source\n# MAGIC %run ./setup\nA = 1\n", "src/sales/shop/setup.py": "B = 1\n"}
    assert code(**files).uses(CodeUnit(file, "A")) == {CodeUnit(file, EFFECTS), CodeUnit("src/sales/shop/setup.py", WHOLE)}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ('f"common.{x}"', {file for file in FILES if file.startswith("src/common/")}),
        ('"common.mon" + x', {"src/common/__init__.py", MONEY}),
        ('"sales." + x + ".rules"', {file for file in FILES if file.startswith("src/sales/")}),
        ("x", {file for file in FILES if file.startswith("src/")}),
        ('"." + x', {file for file in FILES if file.startswith("src/")}),
    ],
)
def test_an_import_by_a_computed_name_may_be_of_any_file_that_starts_so(code, name, files):
    source = f"from importlib import import_module\n\n\ndef f(x):\n    return import_module({name})\n"
    used = code(**{"src/user.py": source}).uses(CodeUnit("src/user.py", "f"))
    assert {unit.file for unit in used if isinstance(unit, CodeUnit) and unit.name == WHOLE} - {"src/user.py"} == files
    assert CodeUnit("src/common/louder.py", EFFECTS) in used or "src/common/louder.py" not in files
