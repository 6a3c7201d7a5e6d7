"""Patterns of paths."""

import time
from pathlib import Path

import pytest

from scripts.patterns import files, fixed_folder, matches, unmatched


@pytest.mark.parametrize(
    ("pattern", "taken", "left"),
    [
        ("a/b.py", ["a/b.py"], ["a/b", "b.py", "a/b.py/c"]),
        ("a/*", ["a/b", "a/.b"], ["a", "a/b/c", "b/a"]),
        ("a/**", ["a/b", "a/b/c"], ["b", "b/a"]),
        ("a/**/c", ["a/c", "a/b/c", "a/b/b/c"], ["c", "a/c/d"]),
        ("**/c", ["c", "a/c", "a/b/c"], ["d", "c/d"]),
        ("**/**/c", ["c", "a/b/c"], ["d"]),
        ("[ab]?.py", ["ax.py", "b1.py"], ["c1.py", "a.py", "a/x.py"]),
        ("a[", ["a["], ["a"]),
    ],
)
def test_matches(pattern, taken, left):
    assert [path for path in taken + left if matches(path, pattern)] == taken


def test_no_pattern_takes_long():
    start = time.monotonic()
    assert not matches("a" * 200, "*a" * 100 + "*b")
    assert not matches("a/" * 200 + "a", "**/a/" * 100 + "b")
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("pattern", "folder"), [("a/b/*.py", "a/b"), ("a/b*/c", "a"), ("*", ""), ("a/b", "a/b"), ("/a/**", "/a"), ("[", "")]
)
def test_fixed_folder(pattern, folder):
    assert fixed_folder(pattern) == folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.py", "b/c.py", "b/d/e.sql", "b/.hidden/f.py", ".venv/g.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b/circle").symlink_to(tmp_path)
    (tmp_path / "b/nothing.py").symlink_to(tmp_path / "nothing")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("b/**", ["b/.hidden/f.py", "b/c.py", "b/d/e.sql"]),
        ("b/*", ["b/c.py"]),
        ("*/d/*.sql", ["b/d/e.sql"]),
        ("b/c.py", ["b/c.py"]),
        ("nothing/**", []),
    ],
)
def test_files(tree, pattern, found):
    assert sorted(str(path.relative_to(tree)) for path in files(tree / pattern)) == found


def test_unmatched(tree):
    patterns = [
        "*.py",
        "c.py",
        "/c.py",
        "b/d/**",
        "d/**",
        "b/d/",
        ".*",
        ".venv/**",
        ".venv/g.py",
        "**/e.sql",
        "x",
        "b/*.sql",
    ]
    assert unmatched(tree, patterns) == {"/c.py", "d/**", ".venv/g.py", "x", "b/*.sql"}
