"""The generators, started as `python -m scripts.…` starts them, from an empty folder.

Most tests do so with `run_module`, inside this process; `TestProcess` and the race of twenty have real ones.
"""

import ast
import runpy
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PurePath

import pytest

from local_runner.diagnostics import Failure
from scripts.bundle_files import create
from scripts.models import PipelineResourceConfig
from scripts.resource_template import ResourceTemplate, create_resource
from tests.conftest import Done

KINDS = ["pipeline", "job", "namespace"]
PIPELINE_FILE = "resources/finance/stripe/sync_pipeline.py"
JOB_FILE = "resources/finance/stripe/sync_job.py"
NAMESPACE_FILE = "resources/finance/stripe/stripe_namespace.py"
FILES = {"pipeline": PIPELINE_FILE, "job": JOB_FILE, "namespace": NAMESPACE_FILE}
# A key in each generated file, and the kind of resource it is of.
KEYS = {
    "pipeline": ("pipelines", "finance_stripe_sync_pipeline"),
    "job": ("jobs", "finance_stripe_sync_job"),
    "namespace": ("volumes", "finance_stripe_landing_volume"),
}


def names(kind: str, domain: str = "finance", source: str = "stripe", name: str = "sync") -> list[str]:
    """A generator's required flags: a namespace has no name but its source's."""
    flags = ["--domain", domain, "--source", source, "--name", name]
    return flags[:4] if kind == "namespace" else flags


PAIR = names("pipeline")


def start(kind: str, *args: str, cwd: Path) -> Done:
    """A generator's run as a process of its own."""
    command = [sys.executable, "-m", f"scripts.build_{kind}_resource", *args]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(run_module: Callable[..., Done]) -> Callable[..., Done]:
    return lambda kind, *args, cwd: run_module(f"scripts.build_{kind}_resource", *args, cwd=cwd)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under `folder` with its content; folders end in a slash."""
    return {
        str(path.relative_to(folder)) + ("/" if path.is_dir() else ""): b"" if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def definitions(path: Path) -> list[tuple[str, str, dict]]:
    """Each variable, the called constructor and its argument in a generated file, read without running it."""
    assignments = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)]
    return [(a.targets[0].id, ast.unparse(a.value.func), ast.literal_eval(a.value.args[0])) for a in assignments]


def definition(path: Path) -> tuple[str, str, dict]:
    (only,) = definitions(path)
    return only


class TestPipeline:
    def test_file(self, run, tmp_path):
        done = run("pipeline", *PAIR, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"Created {PIPELINE_FILE}\n", "")
        assert [name for name in tree(tmp_path) if not name.endswith("/")] == [PIPELINE_FILE]
        assert definition(tmp_path / PIPELINE_FILE) == (
            "finance_stripe_sync_pipeline",
            "Pipeline.from_dict",
            {
                "name": "finance_stripe_sync_pipeline",
                "catalog": "${var.catalog}finance",
                "schema": "${var.schema}stripe",
                "serverless": True,
                "root_path": "src/finance/stripe",
                "libraries": [{"glob": {"include": "src/finance/stripe/transformations/**"}}],
                "environment": {"dependencies": ["--editable ${workspace.file_path}"]},
            },
        )

    @pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
    def test_serverless(self, run, tmp_path, text, value):
        assert run("pipeline", *PAIR, "--serverless", text, cwd=tmp_path).returncode == 0
        assert definition(tmp_path / PIPELINE_FILE)[2]["serverless"] is value


class TestJob:
    def test_file(self, run, tmp_path):
        done = run("job", *PAIR, "--schedule-interval", "6", "--schedule-unit", "HOURS", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"Created {JOB_FILE}\n")
        assert [name for name in tree(tmp_path) if not name.endswith("/")] == [JOB_FILE]
        assert definition(tmp_path / JOB_FILE) == (
            "finance_stripe_sync_job",
            "Job.from_dict",
            {
                "name": "finance_stripe_sync_job",
                "trigger": {"periodic": {"interval": 6, "unit": "HOURS"}},
                "parameters": [
                    {"name": "catalog", "default": "${var.catalog}finance"},
                    {"name": "schema", "default": "${var.schema}stripe"},
                ],
                "tasks": [
                    {
                        "task_key": "refresh_pipeline",
                        "pipeline_task": {"pipeline_id": "${resources.pipelines.finance_stripe_sync_pipeline.id}"},
                    }
                ],
            },
        )

    def test_runs_once_a_day_by_default(self, run, tmp_path):
        run("job", *PAIR, cwd=tmp_path)
        assert definition(tmp_path / JOB_FILE)[2]["trigger"] == {"periodic": {"interval": 1, "unit": "DAYS"}}

    def test_says_which_recipe_makes_a_missing_pipeline(self, run, tmp_path):
        done = run("job", *PAIR, cwd=tmp_path)
        assert "just build-pipeline-resource finance stripe sync" in done.stderr

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            ("resources/finance/stripe/other.py", "finance_stripe_sync_pipeline = Pipeline.from_dict({})\n"),
            ("resources/finance.yml", "resources: {pipelines: {finance_stripe_sync_pipeline: {name: x}}}\n"),
        ],
    )
    def test_says_nothing_where_the_pipeline_is_there(self, run, tmp_path, file, text):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(text)
        assert run("job", *PAIR, cwd=tmp_path).stderr == ""


class TestNamespace:
    def test_file(self, run, tmp_path):
        done = run("namespace", *names("namespace"), cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"Created {NAMESPACE_FILE}\n", "")
        assert [name for name in tree(tmp_path) if not name.endswith("/")] == [NAMESPACE_FILE]
        assert definitions(tmp_path / NAMESPACE_FILE) == [
            (
                "finance_stripe_schema",
                "Schema.from_dict",
                {
                    "catalog_name": "${var.catalog}finance",
                    "name": "${var.schema}stripe",
                    "grants": [{"principal": "${var.readers}", "privileges": ["USE_SCHEMA", "SELECT"]}],
                },
            ),
            (
                "finance_stripe_landing_volume",
                "Volume.from_dict",
                {
                    "catalog_name": "${var.catalog}finance",
                    "schema_name": "${var.schema}stripe",
                    "name": "landing",
                    "volume_type": "MANAGED",
                    "grants": [{"principal": "${var.readers}", "privileges": ["READ_VOLUME"]}],
                },
            ),
        ]

    def test_each_key_is_looked_for(self, run, tmp_path):
        (tmp_path / "databricks.yml").write_text("resources:\n  schemas:\n    finance_stripe_schema:\n      name: old\n")
        done = run("namespace", *names("namespace"), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "databricks.yml already has the resource key finance_stripe_schema" in done.stderr
        assert [*tree(tmp_path)] == ["databricks.yml"]


@pytest.mark.parametrize("kind", KINDS)
def test_databricks_own_classes_accept_the_file(run, tmp_path, kind):
    run(kind, *names(kind), cwd=tmp_path)
    path = tmp_path / FILES[kind]
    variables = runpy.run_path(str(path))
    for variable, constructor, argument in definitions(path):
        assert f"{type(variables[variable]).__name__}.from_dict" == constructor
        assert variables[variable].as_dict() == argument


@pytest.mark.parametrize("kind", KINDS)
class TestEvery:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        "pair", [("a", "b", "c"), ("a_rather_long_domain", "a_rather_long_source", "a_rather_long_name")]
    )
    def test_the_file_is_as_ruff_would_have_it(self, run, tmp_path, kind, pair):
        domain, source, name = pair
        run(kind, *names(kind, domain, source, name), cwd=tmp_path)
        settings = ["--config", str(Path(__file__).parent.parent / "pyproject.toml"), "--no-cache"]
        for check in (["format", "--check"], ["check"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *check, *settings, "."], cwd=tmp_path, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout
        file = f"{source}_{kind}.py" if kind == "namespace" else f"{name}_{kind}.py"
        assert (tmp_path / f"resources/{domain}/{source}" / file).is_file()

    def test_writes_under_the_nearest_databricks_yml(self, run, tmp_path, kind):
        inner = tmp_path / "outer/bundle"
        (inner / "src/deep").mkdir(parents=True)
        (tmp_path / "outer/databricks.yml").touch()
        (inner / "databricks.yml").touch()
        done = run(kind, *names(kind), cwd=inner / "src/deep")
        assert done.stdout == f"Created {FILES[kind]}\n"
        assert (inner / FILES[kind]).is_file()

    @pytest.mark.parametrize("there", [[], ["finance/__init__.py"], ["finance/stripe/__init__.py"]])
    def test_says_what_makes_a_missing_package(self, run, tmp_path, kind, there):
        for file in ["__init__.py", *there]:
            (tmp_path / "resources" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "resources" / file).touch()
        done = run(kind, *names(kind), cwd=tmp_path)
        assert done.returncode == 0
        assert "just scaffold finance stripe" in done.stderr

    def test_says_nothing_of_packages_that_are_there(self, run, tmp_path, kind):
        for folder in ["resources", "resources/finance", "resources/finance/stripe"]:
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "__init__.py").touch()
        assert "scaffold" not in run(kind, *names(kind), cwd=tmp_path).stderr

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            (["--domain", "Finance"], "'Finance' must be snake_case (lowercase, underscores, start with letter)"),
            (["--source", "../../etc"], "'../../etc' must be snake_case"),
            (["--source", "stripe\n"], "must be snake_case"),
            (["--source", ""], "'' must be snake_case"),
            (["--source=-x"], "'-x' must be snake_case"),
            (["--domain", "class"], "'class' is a Python keyword"),
            (["--domain", "json"], "'json' would shadow Python's standard module json"),
            (["--domain", "pydantic"], "'pydantic' would shadow the installed package pydantic"),
            (["--domain", "common"], "'common' is the package that all domains share"),
            (["--domain", "resources"], "'resources' is taken at the root of this repository"),
        ],
    )
    def test_bad_names_are_refused(self, run, tmp_path, kind, changed, message):
        done = run(kind, *names(kind), *changed, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Validation error: ")
        assert message in done.stderr
        assert tree(tmp_path) == {}

    @pytest.mark.parametrize(("given", "more"), [(0, []), (-2, []), (None, ["--colour", "red"]), (None, ["more"])])
    def test_wrong_usage(self, run, tmp_path, kind, given, more):
        done = run(kind, *names(kind)[:given], *more, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("usage: ")
        assert tree(tmp_path) == {}

    def test_a_file_that_is_there_stays_as_it_is(self, run, tmp_path, kind):
        path = tmp_path / FILES[kind]
        path.parent.mkdir(parents=True)
        path.write_text("mine")
        done = run(kind, *names(kind), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"Error: {FILES[kind]} already exists\n"
        assert path.read_text() == "mine"
        assert [name for name in tree(tmp_path) if not name.endswith("/")] == [FILES[kind]]

    def test_a_dangling_link_counts_as_there(self, run, tmp_path, kind):
        path = tmp_path / FILES[kind]
        path.parent.mkdir(parents=True)
        path.symlink_to(tmp_path / "elsewhere.py")
        done = run(kind, *names(kind), cwd=tmp_path)
        assert done.stderr == f"Error: {FILES[kind]} already exists\n"
        assert not (tmp_path / "elsewhere.py").exists()

    @pytest.mark.parametrize("blocked", ["resources", "resources/finance", "resources/finance/stripe"])
    def test_a_file_in_place_of_a_folder(self, run, tmp_path, kind, blocked):
        (tmp_path / blocked).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / blocked).touch()
        before = tree(tmp_path)
        done = run(kind, *names(kind), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"Error: {blocked} is not a folder")
        assert "Traceback" not in done.stderr
        assert tree(tmp_path) == before

    def test_a_link_out_of_the_bundle_is_not_followed(self, run, tmp_path, kind):
        bundle, outside = tmp_path / "bundle", tmp_path / "outside"
        bundle.mkdir()
        outside.mkdir()
        (bundle / "resources").symlink_to(outside)
        done = run(kind, *names(kind), cwd=bundle)
        assert done.returncode == 1
        assert "outside the bundle" in done.stderr
        assert tree(outside) == {}

    def test_a_name_the_file_system_refuses(self, run, tmp_path, kind):
        done = run(kind, *names(kind), "--source", "n" * 300, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: ")
        assert "File name too long" in done.stderr
        assert "Traceback" not in done.stderr
        assert [name for name in tree(tmp_path) if not name.endswith("/")] == []

    def test_a_key_of_another_pair_is_refused(self, run, tmp_path, kind):
        assert run(kind, *names(kind, "a_b", "c", "x"), cwd=tmp_path).returncode == 0
        before = tree(tmp_path)
        done = run(kind, *names(kind, "a", "b_c", "x"), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        taken = "c_namespace.py already has the resource key a_b_c_schema"
        if kind != "namespace":
            taken = f"x_{kind}.py already has the resource key a_b_c_x_{kind}"
        assert f"resources/a_b/c/{taken}\n" in done.stderr
        assert tree(tmp_path) == before

    @pytest.mark.parametrize("file", ["databricks.yml", "resources/old.yml", "resources/finance/more.yaml"])
    def test_a_key_in_yaml_is_refused(self, run, tmp_path, kind, file):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        group, key = KEYS[kind]
        (tmp_path / file).write_text(f"resources:\n  {group}:\n    {key}:\n      name: old\n")
        done = run(kind, *names(kind), cwd=tmp_path)
        assert done.returncode == 1
        assert f"{file} already has the resource key {key}\n" in done.stderr

    def test_a_mention_is_not_a_definition(self, run, tmp_path, kind):
        group, key = KEYS[kind]
        (tmp_path / "resources").mkdir()
        (tmp_path / "databricks.yml").write_text(f"targets: {{dev: {{resources: {{{group}: {{{key}: {{name: x}}}}}}}}}}")
        (tmp_path / "resources/broken.yml").write_text(f"resources: [{key}")
        (tmp_path / "resources/notes.py").write_text(f"# {key} = …\nother = '{key}'\n{key}_2 = 1\n")
        assert run(kind, *names(kind), cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("kind", "flag", "value", "message"),
    [
        *((kind, "--name", value, f"'{value}' must be snake_case") for kind in KINDS[:2] for value in ("sync\n", "", "a b")),
        ("pipeline", "--serverless", "yes", "serverless must be true or false, not 'yes'"),
        ("pipeline", "--serverless", "True", "serverless must be true or false, not 'True'"),
        ("pipeline", "--serverless", "", "serverless must be true or false, not ''"),
        ("job", "--schedule-unit", "MINUTES", "schedule_unit must be one of HOURS, DAYS, WEEKS"),
        ("job", "--schedule-interval", "0", "schedule_interval must be a whole number of at least 1, not '0'"),
        ("job", "--schedule-interval", "six", "schedule_interval must be a whole number of at least 1, not 'six'"),
    ],
)
def test_bad_values_are_refused(run, tmp_path, kind, flag, value, message):
    done = run(kind, *PAIR, flag, value, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Validation error: {message}")
    assert tree(tmp_path) == {}


@pytest.mark.slow
class TestProcess:
    """What only a process of its own can show."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_works_from_an_empty_folder(self, tmp_path, kind):
        done = start(kind, *names(kind), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, f"Created {FILES[kind]}\n")

    def test_bad_input(self, tmp_path):
        done = start("pipeline", *PAIR, "--serverless", "no", cwd=tmp_path)
        assert done == (1, "", "Validation error: serverless must be true or false, not 'no'\n")


# Imports the generator once, forks twenty, and lets all go together by closing the pipe that they wait on.
TWENTY = """
import os, runpy, sys
import scripts.build_pipeline_resource
gate, hold = os.pipe()
for number in range(20):
    if os.fork() == 0:
        os.close(hold)
        os.read(gate, 1)
        os.dup2(os.open(f"../{number}.out", os.O_CREAT | os.O_WRONLY), 1)
        os.dup2(os.open(f"../{number}.err", os.O_CREAT | os.O_WRONLY), 2)
        sys.modules.pop("scripts.build_pipeline_resource")
        runpy.run_module("scripts.build_pipeline_resource", run_name="__main__")
os.close(hold)
print(*sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(20)))
"""


@pytest.mark.slow
def test_of_twenty_at_once_one_wins(tmp_path):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    done = subprocess.run([sys.executable, "-c", TWENTY, *PAIR], cwd=bundle, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == (" ".join(["0"] + ["1"] * 19) + "\n", "")
    assert sorted(path.read_text() for path in tmp_path.glob("*.out")) == [""] * 19 + [f"Created {PIPELINE_FILE}\n"]
    lost = f"Error: {PIPELINE_FILE} already exists\n"
    assert sorted(path.read_text() for path in tmp_path.glob("*.err")) == ["", *[lost] * 19]
    assert [name for name in tree(bundle) if not name.endswith("/")] == [PIPELINE_FILE]
    assert definition(bundle / PIPELINE_FILE)[0] == "finance_stripe_sync_pipeline"


@pytest.mark.slow
class TestRaces:
    """Threads that set off together, round after round: processes seldom meet at the one moment that matters."""

    @staticmethod
    def winners(writers: list[Callable[[], None]]) -> int:
        together = threading.Barrier(len(writers))

        def wins(write: Callable[[], None]) -> bool:
            together.wait(timeout=60)
            try:
                write()
            except (FileExistsError, Failure):
                return False
            return True

        with ThreadPoolExecutor(len(writers)) as pool:
            return sum(pool.map(wins, writers))

    def test_a_file_is_created_once(self, tmp_path):
        for number in range(20):
            file = PurePath(f"resources/{number}.py")
            texts = [f"writer {writer} " * 1000 for writer in range(8)]
            assert self.winners([partial(create, tmp_path, file, text) for text in texts]) == 1
            assert (tmp_path / file).read_text() in texts
        assert len(list((tmp_path / "resources").iterdir())) == 20

    def test_a_key_is_given_once(self, tmp_path):
        for number in range(20):
            configs = [
                PipelineResourceConfig(domain=domain, source=source, name=f"x{number}")
                for domain, source in [("a_b_c", "d"), ("a_b", "c_d"), ("a", "b_c_d")]
            ]
            template = ResourceTemplate("%{resource_var_name} = 1\n")
            assert self.winners([partial(create_resource, tmp_path, config, template) for config in configs]) == 1
        assert len(list(tmp_path.rglob("*.py"))) == 20
