"""Who may import whom (see the layout in README.md): delete a room, and the rooms below it still work."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

DOMAINS = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}  # `common` is one of them here
FORBIDDEN = {
    "src": {"resources", "scripts", "local_runner", "tests", "start"},
    "resources": {"scripts", "local_runner", "tests", "start"},
    "scripts": {"resources", "local_runner", "tests", "start", *DOMAINS},
    "local_runner": {"resources", "scripts", "tests", "start", *DOMAINS},
}
# What the scripts share with the local runner: the bundle as a value, how a failure is told and a command ends,
# how SQL is read, which Java Spark runs on, which fixtures stand for a volume, and how wide a terminal is.
ALLOWED = {
    "scripts": (
        "local_runner.bundle",
        "local_runner.diagnostics",
        "local_runner.edge",
        "local_runner.pipeline.spec.fixtures_of",
        "local_runner.pipeline.sql",
        "local_runner.spark.java",
        "local_runner.tables.fixtures",
        "local_runner.width",
    )
}


def imported(code: str) -> list[str]:
    """The absolute names that a module imports, wherever it does so; `from a import b` gives `a.b`."""
    names = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def violations(room: str, code: str) -> list[str]:
    allowed = ALLOWED.get(room, ())
    return [
        name
        for name in imported(code)
        if name.split(".")[0] in FORBIDDEN[room] and not any(f"{name}.".startswith(f"{prefix}.") for prefix in allowed)
    ]


@pytest.mark.parametrize("room", FORBIDDEN)
def test_room(room):
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    found = {str(file.relative_to(ROOT)): violations(room, file.read_text(encoding="utf-8")) for file in files}
    assert {file: names for file, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("room", "code", "found"),
    [
        ("src", "import scripts.models", ["scripts.models"]),
        ("resources", "def f():\n    from local_runner import bundle", ["local_runner.bundle"]),
        ("scripts", "from local_runner import spark", ["local_runner.spark"]),
        ("scripts", "from local_runner.spark import connect", ["local_runner.spark.connect"]),
        ("scripts", "from local_runner import bundled", ["local_runner.bundled"]),
        ("scripts", "from local_runner.bundle import resolve\nimport local_runner.diagnostics", []),
        ("local_runner", "import common.money", ["common.money"]),
        ("local_runner", "from local_runner.bundle import resolve\nfrom . import spark\nimport json", []),
    ],
)
def test_a_violation_is_found(room, code, found):
    assert violations(room, code) == found
