"""The hooks before a commit, in a clone: what they refuse, and that they look at what is staged."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
JOB = "resources/finance/stripe/sync_job.py"
TYPO = ("finance_stripe_sync_pipeline.id", "finance_stripe_sink_pipeline.id")


@pytest.fixture
def clone(tmp_path, git):
    """This repository's files as one commit, with its environment, and the hooks in place."""
    git("init", "--quiet")
    git("config", "user.name", "Ann")
    git("config", "user.email", "ann@example.com")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    with (tmp_path / ".git/info/exclude").open("a") as file:
        file.write("/.venv\n")
    git("add", "--all")
    git("commit", "--quiet", "--message=All")
    subprocess.run([ROOT / ".venv/bin/just", "hooks"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


@pytest.fixture
def commit_mine(clone, tmp_path_factory):
    """`commit_mine()`: (exit code, what is said) of `git commit`."""
    home = str(tmp_path_factory.mktemp("home"))

    def commit_mine():
        # Nothing can be downloaded: there is no such proxy.
        environment = os.environ | {"PRE_COMMIT_HOME": home, "HTTPS_PROXY": "http://127.0.0.1:9", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["git", "commit", "--message=Mine"], cwd=clone, capture_output=True, text=True, env=environment, timeout=120
        )
        return done.returncode, done.stdout + done.stderr

    return commit_mine


def results(said):
    """What each hook came to, by its name."""
    lines = [line for line in said.splitlines() if line.endswith(("Passed", "Failed", "Skipped"))]
    return {line.partition("..")[0].partition("(")[0]: line.rpartition(".")[2].rpartition(")")[2] for line in lines}


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


LINT, FORMAT, YAML, CHECK = "lint", "format", "YAML can be read", "just check dev, of what is staged"


def test_a_document_is_not_looked_at(clone, commit_mine, git):
    with (clone / "README.md").open("a") as file:
        file.write("More words.\n")
    git("add", "README.md")
    code, said = commit_mine()
    assert code == 0
    assert results(said) == dict.fromkeys([LINT, FORMAT, YAML, CHECK], "Skipped")


def test_each_hook_refuses_what_it_is_for(clone, commit_mine, git):
    (clone / "scripts/new.py").write_text("import os\nx = {  'a':1}\n")
    (clone / "notes.yml").write_text("a: [\n")
    edit(clone / JOB, *TYPO)
    git("add", "scripts", "notes.yml", "resources")
    code, said = commit_mine()
    assert code == 1
    assert results(said) == dict.fromkeys([LINT, FORMAT, YAML, CHECK], "Failed")
    assert "`os` imported but unused" in said
    assert "notes.yml" in said
    assert f"Error: {JOB}:" in said
    assert "Did you mean" in said
    assert (clone / "scripts/new.py").read_text() == 'import os\n\nx = {"a": 1}\n'
    assert git("log", "--format=%s") == "All"


def test_what_is_staged_counts_and_not_the_file_as_it_lies_there(clone, commit_mine, git):
    edit(clone / JOB, *TYPO)
    git("add", JOB)
    edit(clone / JOB, *reversed(TYPO))
    assert results(commit_mine()[1])[CHECK] == "Failed"

    git("add", JOB)
    edit(clone / "resources/finance/stripe/sync_pipeline.py", '"serverless"', '"serverles"')
    edit(clone / JOB, "\n", "\n\n")
    (clone / "resources/finance/stripe/broken.py").write_text("not Python")
    with (clone / "databricks.yml").open("a") as file:
        file.write("# The end.\n")
    git("add", "databricks.yml")
    before = (git("diff"), git("status", "--porcelain"))
    code, said = commit_mine()
    assert (code, results(said)[CHECK]) == (0, "Passed"), said
    assert git("diff") == before[0]
    assert git("show", "--format=", "--name-only") == "databricks.yml"
