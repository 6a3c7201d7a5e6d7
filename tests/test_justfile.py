"""The recipes: which program each one starts, and that arguments arrive there untouched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# They start processes.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
JUST = Path(sys.executable).with_name("just")

# Each would change its meaning, or do harm, if a shell read it.
AWKWARD = ["a b", "$HOME", "`touch pwned`", "$(touch pwned)", "; touch pwned", "it's", '"', "*", "{{x}}", "\\", "é", ""]


PYTEST = "pytest --numprocesses=logical --maxprocesses=4"


@pytest.fixture
def just(tmp_path):
    """`just(*args)` in a copy of the justfile, where every program is a recorder: what was started, with which arguments."""
    shutil.copy(ROOT / "justfile", tmp_path)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    record = tmp_path / "record"
    for name in ("python", "pytest", "ruff", "databricks", "pre-commit"):
        program = programs / name
        program.write_text(f"#!/bin/sh\nprintf '%s\\0' {name} \"$@\" >> {record}\nprintf '\\n\\0' >> {record}\n")
        program.chmod(0o755)

    def just(*args: str) -> list[list[str]]:
        done = subprocess.run([JUST, *args], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "justfile", "record"]
        calls, call = [], []
        for word in record.read_text(encoding="utf-8").split("\0")[:-1]:
            if word == "\n":
                calls.append(call)
                call = []
            else:
                call.append(word)
        return calls

    return just


@pytest.mark.parametrize(
    ("recipe", "program"),
    [
        (["scaffold", "d", "s"], "python -m scripts.scaffold --domain=d --source=s"),
        (
            ["build-pipeline-resource", "d", "s", "n"],
            "python -m scripts.build_pipeline_resource --domain=d --source=s --name=n --serverless=true",
        ),
        (
            ["build-pipeline-resource", "d", "s", "n", "false"],
            "python -m scripts.build_pipeline_resource --domain=d --source=s --name=n --serverless=false",
        ),
        (
            ["build-job-resource", "d", "s", "n"],
            "python -m scripts.build_job_resource --domain=d --source=s --name=n --schedule-interval=1 --schedule-unit=DAYS",
        ),
        (
            ["build-job-resource", "d", "s", "n", "6", "DAYS"],
            "python -m scripts.build_job_resource --domain=d --source=s --name=n --schedule-interval=6 --schedule-unit=DAYS",
        ),
        (["build-namespace-resource", "d", "s"], "python -m scripts.build_namespace_resource --domain=d --source=s"),
        (["validate"], "databricks bundle validate --target=dev"),
        (["validate", "prod"], "databricks bundle validate --target=prod"),
        (["deploy"], "databricks bundle deploy --target=dev"),
        (["deploy", "staging"], "databricks bundle deploy --target=staging"),
        (["login"], "python -m scripts.login"),
        (["login", "prod"], "python -m scripts.login prod"),
        (["doctor", "-o", "json"], "python -m scripts.doctor -o json"),
        (["upload-fixtures", "d", "s", "dev"], "python -m scripts.upload_fixtures d s dev"),
        (["upload-fixtures", "d", "s", "dev", "--dry-run"], "python -m scripts.upload_fixtures d s dev --dry-run"),
        (["deploy-domain", "finance"], "python -m scripts.deploy_domain finance"),
        (["deploy-domain", "finance", "prod", "--dry-run"], "python -m scripts.deploy_domain finance prod --dry-run"),
        (["deploy-affected", "staging", "--full"], "python -m scripts.deploy_affected staging --full"),
        (["run", "x_job"], "databricks bundle run --target=dev x_job"),
        (["run", "x_job", "prod"], "databricks bundle run --target=prod x_job"),
        (["test"], PYTEST),
        (["test", "-x", "--lf"], f"{PYTEST} -x --lf"),
        (["run-local", "x_job", "--target", "dev"], "python -m local_runner run --bundle . x_job --target dev"),
        (["show", "x", "-o", "json"], "python -m local_runner show --bundle . x -o json"),
        (["tables", "-o", "json"], "python -m local_runner tables --bundle . -o json"),
        (["check"], "python -m scripts.check"),
        (["check", "prod", "--output", "json"], "python -m scripts.check prod --output json"),
        (["contract", "finance", "--update"], "python -m scripts.contract finance --update"),
        (["affected", "main", "-o", "json"], "python -m scripts.affected main -o json"),
        (["codeowners"], "python -m scripts.codeowners"),
        (["hooks"], "pre-commit install"),
        (["stop-local"], "python -m local_runner stop --bundle ."),
    ],
)
def test_program(just, recipe, program):
    assert just(*recipe) == [program.split(" ")]


@pytest.mark.parametrize(("recipe", "programs"), [("lint", ["check", "format"]), ("fmt", ["check", "format"])])
def test_code_recipes(just, recipe, programs):
    assert [call[:2] for call in just(recipe)] == [["ruff", program] for program in programs]


@pytest.mark.parametrize("words", [AWKWARD[0:5], AWKWARD[5:10], AWKWARD[-5:]])
def test_arguments_arrive_as_they_are(just, words):
    flags = ["--domain=", "--source=", "--name=", "--schedule-interval=", "--schedule-unit="]
    given = [flag + word for flag, word in zip(flags, words, strict=True)]
    assert just("build-job-resource", *words) == [["python", "-m", "scripts.build_job_resource", *given]]


@pytest.mark.parametrize("recipe", ["deploy", "validate"])
def test_a_target_arrives_as_it_is(just, recipe):
    assert just(recipe, "; $(touch pwned)") == [["databricks", "bundle", recipe, "--target=; $(touch pwned)"]]


@pytest.mark.parametrize(
    ("recipe", "program"),
    [
        ("test", PYTEST.split()),
        ("run-local", ["python", "-m", "local_runner", "run", "--bundle", "."]),
        ("show", ["python", "-m", "local_runner", "show", "--bundle", "."]),
        ("sql", ["python", "-m", "local_runner", "sql", "--bundle", "."]),
    ],
)
def test_any_number_of_arguments_arrive_as_they_are(just, recipe, program):
    assert just(recipe, "-k", *AWKWARD) == [[*program, "-k", *AWKWARD]]


def test_a_refusal_is_all_that_is_said(tmp_path):
    """With the real programs: the message, the exit code, and nothing of just's own."""
    shutil.copy(ROOT / "justfile", tmp_path)
    done = subprocess.run(
        [JUST, "scaffold", "x; touch pwned", "z"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    message = "Validation error: 'x; touch pwned' must be snake_case (lowercase, underscores, start with letter)\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)
    assert [path.name for path in tmp_path.iterdir()] == ["justfile"]


@pytest.mark.parametrize("recipe", [["deploy"], ["run", "x_job"], ["deploy-domain", "finance"], ["deploy-affected", "prod"]])
def test_the_exit_code_is_the_programs(tmp_path, recipe):
    shutil.copy(ROOT / "justfile", tmp_path)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("python", "databricks"):
        (programs / name).write_text("#!/bin/sh\nexit 7\n")
        (programs / name).chmod(0o755)
    done = subprocess.run([JUST, *recipe], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")


@pytest.mark.parametrize("recipe", [["validate"], ["deploy", "nope"], ["run", "x_job"]])
def test_without_the_databricks_cli(tmp_path, recipe):
    shutil.copy(ROOT / "justfile", tmp_path)
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "sh").symlink_to(shutil.which("sh"))
    environment = {"PATH": str(programs), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([JUST, *recipe], cwd=tmp_path, capture_output=True, text=True, timeout=60, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    link = "https://docs.databricks.com/dev-tools/cli/install.html"
    assert done.stderr == f"Error: the Databricks CLI is not installed\n  Install it: {link}\n"


def test_every_recipe_is_explained_and_grouped():
    done = subprocess.run([JUST, "--dump", "--dump-format=json"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    recipes = json.loads(done.stdout)["recipes"]
    public = {name: recipe for name, recipe in recipes.items() if not recipe["private"]}
    assert {"scaffold", "test", "run-local", "deploy"} <= public.keys()
    for name, recipe in public.items():
        assert recipe["doc"], name
        assert any("group" in attribute for attribute in recipe["attributes"]), name
