"""What editors start: the tasks of VS Code are recipes, and the dev container sets up as the README says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local_runner.diagnostics import Diagnostic, Location, Severity

ROOT = Path(__file__).parent.parent
CONTAINER = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
TASKS = json.loads((ROOT / ".vscode/tasks.json").read_text())
INPUT = re.compile(r"\$\{input:(\w+)\}")


@pytest.fixture(scope="module")
def recipes():
    """The recipes that `just --list` shows."""
    just = Path(sys.executable).with_name("just")
    done = subprocess.run([just, "--dump", "--dump-format=json"], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name: recipe for name, recipe in json.loads(done.stdout)["recipes"].items() if not recipe["private"]}


@pytest.mark.parametrize("task", TASKS["tasks"], ids=lambda task: task["label"])
def test_a_task_runs_a_recipe(task, recipes):
    assert (task["type"], task["command"]) == ("process", "${workspaceFolder}/.venv/bin/just")
    name, *arguments = task["args"]
    parameters = recipes[name]["parameters"]
    required = [one for one in parameters if one["kind"] != "star" and one["default"] is None]
    takes_any = any(one["kind"] == "star" for one in parameters)
    assert len(required) <= len(arguments)
    assert takes_any or len(arguments) <= len(parameters)


def test_what_is_asked_is_used():
    asked = [one["id"] for one in TASKS["inputs"]]
    assert asked == list(dict.fromkeys(INPUT.findall(json.dumps(TASKS["tasks"]))))


def test_the_targets_to_choose_from_are_those_of_the_bundle():
    (target,) = (one for one in TASKS["inputs"] if one["id"] == "target")
    assert target["options"] == list(yaml.safe_load((ROOT / "databricks.yml").read_text())["targets"])


def test_the_editor_finds_the_place_of_what_the_check_says():
    (matcher,) = (task["problemMatcher"] for task in TASKS["tasks"] if task["args"] == ["check"])
    pattern = matcher["pattern"]
    said = str(Diagnostic("no such: thing", "Do it.", Location("src/a b.py", 7), Severity.WARNING)).splitlines()[0]
    found = re.match(pattern["regexp"], said)
    fields = {name: found[pattern[name]] for name in ("severity", "file", "line", "message")}
    assert fields == {"severity": "Warning", "file": "src/a b.py", "line": "7", "message": "no such: thing"}


def test_the_container_sets_up_with_the_first_command_of_the_readme():
    first = re.search(r"^```sh\n(.+?)(?: +#.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert CONTAINER["postCreateCommand"] == first[1]


def test_the_container_has_a_python_that_the_project_takes():
    project = (ROOT / "pyproject.toml").read_text()
    assert 'requires-python = ">=3.10,<3.13"' in project
    assert CONTAINER["image"].rpartition(":")[2] in ("3.11", "3.12")


def test_the_container_has_the_extensions_that_the_project_recommends():
    recommended = json.loads((ROOT / ".vscode/extensions.json").read_text())["recommendations"]
    assert CONTAINER["customizations"]["vscode"]["extensions"] == recommended
