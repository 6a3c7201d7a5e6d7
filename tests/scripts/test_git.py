"""The tree as a commit, and a commit as a tree."""

import os

import pytest

from local_runner.diagnostics import Failure
from scripts.git import checkout, commit_of, deployed, is_same_tree, record_deployed, snapshot

# They start processes.
pytestmark = pytest.mark.slow


@pytest.fixture
def root(tmp_path, git, commit):
    (tmp_path / ".gitignore").write_text(".local/\nignored\n")
    (tmp_path / "a.txt").write_text("one")
    git("init", "--quiet", "--initial-branch=main")
    commit()
    return tmp_path


def test_a_clean_tree_is_its_commit(root, git):
    (root / "ignored").write_text("x")
    assert snapshot(root) == git("rev-parse", "HEAD")


def test_a_tree_before_the_first_commit(tmp_path, git):
    git("init", "--quiet")
    (tmp_path / "a.txt").write_text("one")
    assert git("show", f"{snapshot(tmp_path)}:a.txt") == "one"


def test_what_changed_is_in_it_and_the_index_stays(root, git):
    (root / "a.txt").write_text("two")
    (root / "b.txt").write_text("new")
    found = snapshot(root)
    assert (git("show", f"{found}:a.txt"), git("show", f"{found}:b.txt")) == ("two", "new")
    assert git("rev-parse", f"{found}^") == git("rev-parse", "HEAD")
    assert git("status", "--porcelain").splitlines() == ["M a.txt", "?? b.txt"]


def test_a_change_in_the_instant_of_the_last_commit_is_in_it(root, git):
    """Of the same size and time, it is told from the commit by the index's own time only."""
    git("config", "core.trustctime", "false")
    then = (10**18, 10**18)
    os.utime(root / "a.txt", ns=then)
    git("update-index", "--refresh")
    (root / "a.txt").write_text("two")
    os.utime(root / "a.txt", ns=then)
    os.utime(root / ".git/index", ns=then)
    assert git("show", f"{snapshot(root)}:a.txt") == "two"


def test_a_checkout_has_the_files_of_the_commit(root, git, commit):
    first = git("rev-parse", "HEAD")
    (root / "a.txt").write_text("two")
    (root / "b.txt").write_text("new")
    second = commit()
    for wanted, files in ((first, {"a.txt": "one"}), (second, {"a.txt": "two", "b.txt": "new"}), (first, {"a.txt": "one"})):
        with checkout(root, wanted) as tree:
            found = {path.name: path.read_text() for path in tree.iterdir() if path.suffix == ".txt"}
        assert found == files
    assert git("status", "--porcelain") == ""


def test_what_was_deployed(root, git, commit):
    head = git("rev-parse", "HEAD")
    assert deployed(root, "dev") is None
    record_deployed(root, "dev", head)
    assert (deployed(root, "dev"), deployed(root, "prod")) == (head, None)
    later = commit()
    record_deployed(root, "dev", later)
    assert (deployed(root, "dev"), is_same_tree(root, head, later)) == (later, True)


def test_an_unknown_commit(root):
    with pytest.raises(Failure, match="git knows no commit --help"):
        commit_of(root, "--help")
