"""docs/parity.md: each row says exact, emulated or refused, and names a test that is there."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests" / "local_runner"


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in cells if row != ["feature", "here", "test"]]


@cache
def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_a_test_stands_behind_each_row():
    assert len(rows()) > 20
    for row in rows():
        assert len(row) == 3, row
        _, here, test = row
        assert re.search(r"\b(exact|emulated|refused)\b", here), row
        file, _, name = test.strip("`").partition("::")
        assert name in names_in(TESTS / file), test
