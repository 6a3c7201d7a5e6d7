from pathlib import Path

import pytest

from local_runner.bundle.globs import matching

FILES = ["x.yml", ".hidden.yml", "x.py", "a/x.yml", "a/b/x.yml", "a/b/y.yml", "a/b/c/x.yml", "odd[1].yml"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*.yml", [".hidden.yml", "odd[1].yml", "x.yml"]),
        ("**/*.yml", ["a/x.yml"]),
        ("*/*/*.yml", ["a/b/x.yml", "a/b/y.yml"]),
        ("a/b/[xz].yml", ["a/b/x.yml"]),
        ("a/?/y.yml", ["a/b/y.yml"]),
        ("a/**", ["a/b", "a/x.yml"]),
        ("a/b/x.yml", ["a/b/x.yml"]),
        ("./a/*.yml", ["./a/x.yml"]),
        ("none.yml", []),
        ("none/*.yml", []),
        ("x.py/*", []),
        ("*.YML", []),
    ],
)
def test_matches(root, pattern, matches):
    assert matching(pattern, root) == matches


def test_an_absolute_pattern_gives_absolute_paths(root, tmp_path_factory):
    assert matching(f"{root}/a/*.yml", tmp_path_factory.mktemp("elsewhere")) == [f"{root}/a/x.yml"]


def test_a_pattern_may_leave_the_root(root):
    assert matching("../*.py", root / "a") == ["../x.py"]
