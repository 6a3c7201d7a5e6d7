"""What is said of the repository: its branch, what was deployed, and its owners."""

import pytest

from scripts.doctor.line import Status, ok, warning
from scripts.doctor.repository import git_line, owners_line


def test_git(tmp_path, git, commit):
    assert git_line(tmp_path, ["dev"]).status is Status.WARNING
    git("init", "--quiet", "--initial-branch=trunk")
    assert git_line(tmp_path, ["dev"]).status is Status.WARNING
    first = commit()
    assert git_line(tmp_path, ["dev", "live"]) == ok("git", f"trunk at {first[:10]}")
    git("update-ref", "refs/deployed/dev", "HEAD")
    second = commit()
    git("update-ref", "refs/deployed/live", "HEAD")
    git("checkout", "--quiet", "--detach")
    (tmp_path / "new").touch()
    assert git_line(tmp_path, ["dev", "live", "other"]) == ok(
        "git", f"no branch at {second[:10]}, 1 uncommitted file, dev is 1 commit behind, live is up to date"
    )


@pytest.mark.parametrize(
    ("owners", "line"),
    [
        (
            "# REPLACE-ME\nplatform: '@shop/all'\ndomains:\n  a: '@REPLACE-ME/a'\n  b: '@REPLACE-ME/b'\n",
            warning(
                "owners",
                "2 of 3 are placeholders, such as @REPLACE-ME/a (owners.yml:4)",
                "Write your organisation in their place, then: just codeowners",
            ),
        ),
        ("platform: '@shop/all'\ndomains: {a: '@shop/a'}\n", ok("owners", "2 in owners.yml")),
    ],
)
def test_owners(tmp_path, owners, line):
    (tmp_path / "owners.yml").write_text(owners)
    assert owners_line(tmp_path) == line


def test_owners_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert owners_line(tmp_path).status is Status.WARNING
    (tmp_path / "owners.yml").write_text("platform: nobody\ndomains: {}\n")
    assert owners_line(tmp_path).found == "'nobody' is not an owner that GitHub knows (owners.yml:1)"
