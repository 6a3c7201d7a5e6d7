"""The workflows: linted by actionlint, and held to what keeps a workspace safe from a change that nobody has reviewed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = shutil.which("actionlint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def load(name):
    # Strings only: YAML would take the key `on` for true.
    return yaml.load((ROOT / ".github/workflows" / name).read_text(), Loader=yaml.BaseLoader)  # noqa: S506


WORKFLOWS = {file.name: load(file.name) for file in FILES}
STEPS = [
    pytest.param(step, id=f"{name}-{job}-{number}")
    for name, workflow in WORKFLOWS.items()
    for job, definition in workflow["jobs"].items()
    for number, step in enumerate(definition.get("steps", []))
]


@pytest.mark.skipif(ACTIONLINT is None, reason="actionlint is not installed")
def test_actionlint_finds_nothing():
    done = subprocess.run([ACTIONLINT, *map(str, FILES)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(ACTIONLINT is None, reason="actionlint is not installed")
def test_actionlint_would_find_something(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ nothing.here }}\n"
    )
    done = subprocess.run([ACTIONLINT, str(broken)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert 'undefined variable "nothing"' in done.stdout


@pytest.mark.parametrize("step", STEPS)
def test_an_action_is_pinned_to_a_commit(step):
    if "uses" in step:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


@pytest.mark.parametrize("step", STEPS)
def test_a_script_takes_values_from_its_environment_only(step):
    """A value in the script's text could be a command."""
    assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("step", STEPS)
def test_a_checkout_leaves_no_token_behind(step):
    if step.get("uses", "").startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_secret_is_kept_and_no_fork_runs_with_rights(name):
    text = (ROOT / ".github/workflows" / name).read_text()
    assert "secrets" not in text
    assert "pull_request_target" not in text


def test_each_job_may_do_no_more_than_it_must():
    assert {name: workflow["permissions"] for name, workflow in WORKFLOWS.items()} == {name: {} for name in WORKFLOWS}
    reads = {"contents": "read"}
    signs_in = {"contents": "read", "id-token": "write"}
    deploys = {"contents": "write", "id-token": "write"}
    assert {
        (name, job): definition["permissions"]
        for name, workflow in WORKFLOWS.items()
        for job, definition in workflow["jobs"].items()
    } == {
        ("test.yml", "test"): reads,
        ("pull-request.yml", "test"): reads,
        ("pull-request.yml", "contract"): reads,
        ("pull-request.yml", "affected"): reads,
        ("pull-request.yml", "plan"): signs_in,
        ("pull-request.yml", "comment"): {"pull-requests": "write"},
        ("deploy.yml", "test"): reads,
        ("deploy.yml", "staging"): deploys,
        ("deploy.yml", "prod"): deploys,
        ("deploy-target.yml", "deploy"): signs_in,
        ("deploy-target.yml", "record"): {"contents": "write"},
    }


def test_who_may_write_runs_no_code_of_the_repository():
    for workflow, job in (("pull-request.yml", "comment"), ("deploy-target.yml", "record")):
        assert [step.get("uses") for step in WORKFLOWS[workflow]["jobs"][job]["steps"]] == [None]


def test_a_fork_gets_everything_but_credentials():
    jobs = WORKFLOWS["pull-request.yml"]["jobs"]
    assert jobs["plan"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert "if" not in jobs["test"]
    assert "if" not in jobs["contract"]
    assert "if" not in jobs["affected"]


def test_prod_comes_after_staging_and_each_in_an_environment_one_at_a_time():
    jobs = WORKFLOWS["deploy.yml"]["jobs"]
    for target, before in (("staging", "test"), ("prod", "staging")):
        assert jobs[target]["needs"] == before
        assert jobs[target]["concurrency"] == {"group": f"deploy-{target}", "cancel-in-progress": "false"}
        assert jobs[target]["with"]["target"] == target
    assert WORKFLOWS["deploy-target.yml"]["jobs"]["deploy"]["environment"] == "${{ inputs.target }}"
    assert WORKFLOWS["deploy.yml"]["on"]["push"] == {"branches": ["main"]}


def test_the_recipes_exist():
    recipes = set(re.findall(r"^([a-z][\w-]*)[^=\n]*:$", (ROOT / "justfile").read_text(), re.MULTILINE))
    scripts = [step.values[0].get("run", "") for step in STEPS]
    called = {name for script in scripts for name in re.findall(r"start\.py ([\w-]+)", script)}
    assert called == {"affected", "check", "contract", "deploy-affected"}
    assert called <= recipes
