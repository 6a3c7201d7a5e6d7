"""What the steps of the workflows make of what programs say, run as GitHub runs them."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

# They start processes.
pytestmark = pytest.mark.slow

WORKFLOWS = Path(__file__).parent.parent / ".github/workflows"


def script(workflow, job, index):
    return yaml.safe_load((WORKFLOWS / workflow).read_text())["jobs"][job]["steps"][index]["run"]


@pytest.fixture
def run_step(tmp_path):
    """`run_step(workflow, job, index, programs, **environment)`: run a step's script where each program is the given script.

    Returns (exit code, outputs, summary); the outputs are read as GitHub reads them.
    """

    def run(workflow, job, index, programs, **environment):
        for name, text in programs.items():
            program = tmp_path / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        for file in files.values():
            file.touch()
        own = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path)}
        # As GitHub runs it.
        done = subprocess.run(
            ["bash", "-e", "-c", script(workflow, job, index)],
            cwd=tmp_path,
            env=own | {name: str(file) for name, file in files.items()} | environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, _outputs(files["GITHUB_OUTPUT"].read_text()), files["GITHUB_STEP_SUMMARY"].read_text()

    return run


def _outputs(text):
    lines, found = iter(text.splitlines()), {}
    for line in lines:
        name, sign, value = re.fullmatch(r"(\w+)(=|<<)(.*)", line).groups()
        found[name] = value if sign == "=" else "\n".join(iter(lines.__next__, value))
    return found


def test_a_pull_request_is_told_what_it_touches(run_step):
    assert run_step("pull-request.yml", "affected", 1, {"python3": 'echo "| $* |"'}) == (
        0,
        {"report": "| start.py affected HEAD^1 --target staging --output markdown |\n"},
        "### What this touches\n| start.py affected HEAD^1 --target staging --output markdown |\n",
    )
    assert run_step("pull-request.yml", "affected", 1, {"python3": "exit 3"})[0] == 3


def test_a_plan_that_fails_is_told_and_fails(run_step):
    programs = {"git": "exit 0", "python3": "echo said; echo wrong >&2; exit 3"}
    code, outputs, _ = run_step("pull-request.yml", "plan", 2, programs)
    assert (code, outputs["report"]) == (3, "said\nwrong\n")


def test_the_comment_holds_both(run_step, tmp_path):
    programs = {"gh": f'echo "$@" > {tmp_path}/said; cat >> {tmp_path}/said'}
    given = {"AFFECTED": "| a |\n", "PLAN": "$(touch pwned) `x` %s", "NUMBER": "7", "GITHUB_REPOSITORY": "a/b"}
    assert run_step("pull-request.yml", "comment", 0, programs, **given)[0] == 0
    assert (tmp_path / "said").read_text() == (
        "pr comment 7 --repo a/b --edit-last --create-if-none --body-file -\n"
        "### What this touches\n| a |\n\n\n### The plan for staging\n```\n$(touch pwned) `x` %s\n```\n"
    )
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("full", "loss", "options"),
    [("false", "false", ""), ("true", "false", " --full"), ("true", "true", " --full --allow-data-loss")],
)
def test_a_deployment_says_what_is_deployed(run_step, tmp_path, full, loss, options):
    programs = {"python3": f'echo "$*" > {tmp_path}/called', "git": "echo 0123abc"}
    given = {"TARGET": "staging", "FULL": full, "ALLOW_DATA_LOSS": loss}
    assert run_step("deploy-target.yml", "deploy", 4, programs, **given)[:2] == (0, {"commit": "0123abc"})
    assert (tmp_path / "called").read_text() == f"start.py deploy-affected staging{options}\n"


def test_a_deployment_that_fails_says_nothing_is(run_step):
    programs = {"python3": "exit 7", "git": "echo 0123abc"}
    given = {"TARGET": "staging", "FULL": "false", "ALLOW_DATA_LOSS": "false"}
    assert run_step("deploy-target.yml", "deploy", 4, programs, **given)[:2] == (7, {})


@pytest.mark.parametrize(
    ("recorded", "contained", "code"),
    [("echo 0123abc", "exit 1", 1), ("echo 0123abc", "exit 0", 0), ("exit 1", "exit 1", 0)],
)
def test_a_commit_without_what_is_deployed_is_refused(run_step, recorded, contained, code):
    programs = {"gh": recorded, "git": f'[ "$1" != merge-base ] || {contained}'}
    assert run_step("deploy-target.yml", "deploy", 2, programs, TARGET="prod", GITHUB_REPOSITORY="a/b")[0] == code
