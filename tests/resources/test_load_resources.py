"""`load_resources` gives what databricks-bundles' own loader gives, in linear time."""

import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.slow

LOADER = Path(__file__).parents[2] / "resources" / "__init__.py"
OFFICIAL = """\
from databricks.bundles.core import load_resources_from_current_package_module


def load_resources():
    return load_resources_from_current_package_module()
"""
JOB = "from databricks.bundles.jobs import Job\n{key} = Job.from_dict({{'name': '{key}'}})\n"
PIPELINE = "from databricks.bundles.pipelines import Pipeline\n{key} = Pipeline.from_dict({{'name': '{key}'}})\n"


def job(key: str) -> str:
    return JOB.format(key=key)


def pipeline(key: str) -> str:
    return PIPELINE.format(key=key)


SOUND = {
    "top.py": job("top"),
    "empty/__init__.py": "",
    "b/__init__.py": job("of_package"),
    "b/second.py": pipeline("z_pipeline") + job("a_job") + job("y_job") + pipeline("b_pipeline"),
    "b/deep/__init__.py": "",
    "b/deep/er/__init__.py": "",
    "b/deep/er/jobs.py": "'''Doc.'''\n\n\n" + job("deepest"),
    "a/__init__.py": "",
    # Helpers define no resource; a counter shows that each module runs once.
    "a/helper.py": "from itertools import count\ncounter = count(1)\nprefix = 'p'\n",
    "a/one.py": "from .helper import counter\n" + job("one") + "one.description = f'number {next(counter)}'\n",
    "a/two.py": "from resources.a import helper\n" + job("two") + "two.description = f'number {next(helper.counter)}'\n",
    # A later module may change a resource of an earlier one.
    "a/zz.py": "from resources.a import one as module\nmodule.one.max_concurrent_runs = 7\n",
    # No assignment of a name stands for these: their location is the file alone.
    "c.py": "from databricks.bundles.jobs import Job\nannotated: Job = Job.from_dict({'name': 'x'})\n"
    "for i in range(2):\n    globals()[f'made_{i}'] = Job.from_dict({'name': str(i)})\n",
    "no_package/ignored.py": job("ignored"),
}

FAULTY = {
    "a.py": job("same"),
    "b/__init__.py": "",
    "b/c.py": job("mine") + job("same"),
    # Keys are unique within a type only.
    "b/cc.py": pipeline("same"),
    # An imported resource is a member of two modules.
    "b/d.py": "from .c import mine\n",
    "b/raises.py": job("lost") + "\n\ndef fail():\n    return 1 / 0\n\n\nfail()\n",
    "b/syntax.py": "x = (\n",
    "d/__init__.py": "import nowhere\n",
    "d/unreached.py": job("unreached"),
    "e.py": "import absent_module\n",
    "f.py": job("last"),
}


def build(root: Path, loader: str) -> tuple[bytes, bytes, list[dict]]:
    """(output, locations, diagnostics) of the official entry, with `loader` as resources/__init__.py."""
    (root / "resources" / "__init__.py").write_text(loader)
    given = {
        "bundle": {"target": "dev"},
        "python": {"resources": ["resources:load_resources"]},
        "resources": {"jobs": {"from_yaml": {"name": "from YAML"}}},
    }
    (root / "input.json").write_text(json.dumps(given))
    files = {name: root / f"{name}.json" for name in ("output", "locations", "diagnostics")}
    command = [sys.executable, "-m", "databricks.bundles.build", "--phase", "load_resources", "--input", "input.json"]
    subprocess.run(command + [arg for name in files for arg in (f"--{name}", f"{name}.json")], cwd=root, check=False)
    diagnostics = [json.loads(line) for line in files["diagnostics"].read_text().splitlines()]
    return files["output"].read_bytes(), files["locations"].read_bytes(), diagnostics


def write(root: Path, modules: dict[str, str]) -> None:
    for name, text in modules.items():
        file = root / "resources" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def without_loader(diagnostics: list[dict]) -> list[dict]:
    """The same, without the traceback lines of the loader: those above `importlib`."""
    return [{**d, "detail": re.sub(r'(?s)\n.*?(?=  File "[^"]*importlib)', "\n", d.get("detail", ""))} for d in diagnostics]


def test_sound_bundle_loads_as_officially(tmp_path):
    write(tmp_path, SOUND)
    official, ours = build(tmp_path, OFFICIAL), build(tmp_path, LOADER.read_text())

    assert ours == official
    output, _, diagnostics = ours
    assert diagnostics == []
    jobs = json.loads(output)["resources"]["jobs"]
    assert list(jobs) == [
        *("from_yaml", "one", "two", "of_package", "deepest", "a_job", "y_job", "annotated", "made_0", "made_1", "top"),
    ]
    assert jobs["one"] == {"name": "one", "description": "number 1", "max_concurrent_runs": 7}
    assert jobs["two"] == {"name": "two", "description": "number 2"}


def test_faulty_bundle_loads_as_officially(tmp_path):
    write(tmp_path, FAULTY)
    official, ours = build(tmp_path, OFFICIAL), build(tmp_path, LOADER.read_text())

    assert ours[:2] == official[:2]
    assert without_loader(ours[2]) == without_loader(official[2])
    output, _, diagnostics = ours
    assert list(json.loads(output)["resources"]["jobs"]) == ["from_yaml", "same", "mine", "last"]
    assert [d["summary"] for d in diagnostics] == [
        "Duplicate resource name 'same' for resource 'job'. Resource names must be unique.",
        "Duplicate resource name 'mine' for resource 'job'. Resource names must be unique.",
        "Error while loading 'resources.b.raises'",
        "Error while loading 'resources.b.syntax'",
        "Error while loading 'resources.d'",
        "Error while loading 'resources.e'",
    ]
    raises = diagnostics[2]["detail"]
    assert f'File "{tmp_path}/resources/b/raises.py", line 6, in fail' in raises
    assert raises.rstrip().endswith("ZeroDivisionError: division by zero")


def test_package_that_raises_hides_no_other(tmp_path):
    write(tmp_path, {"a.py": job("first"), "b/__init__.py": "raise ValueError('broken')\n", "c.py": job("last")})
    output, _, diagnostics = build(tmp_path, LOADER.read_text())

    assert list(json.loads(output)["resources"]["jobs"]) == ["from_yaml", "first", "last"]
    assert [d["summary"] for d in diagnostics] == ["Error while loading 'resources.b'"]
    assert f'File "{tmp_path}/resources/b/__init__.py", line 1' in diagnostics[0]["detail"]


def test_loader_inspects_no_stack_and_leaves_no_module_behind(tmp_path):
    write(tmp_path, {**{f"m{i}.py": job(f"j{i}") for i in range(20)}, "__init__.py": LOADER.read_text()})
    probe = dedent("""\
        import inspect, sys
        from databricks.bundles.core import Bundle
        import resources
        calls = []
        stack = inspect.stack
        inspect.stack = lambda *args: calls.append(args) or stack(*args)
        loaded = resources.load_resources(Bundle(target="dev"))
        print(len(loaded.jobs), len(calls), sorted(name for name in sys.modules if name.startswith("resources.")))
    """)
    found = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert found.stdout == "20 0 []\n"
