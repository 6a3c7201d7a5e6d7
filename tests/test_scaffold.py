from pathlib import Path

import pytest

FILES = {
    "fixtures/finance/stripe/.gitkeep",
    "resources/finance/__init__.py",
    "resources/finance/stripe/__init__.py",
    "src/finance/__init__.py",
    "src/finance/stripe/__init__.py",
    "src/finance/stripe/transformations/.gitkeep",
    "tests/finance/__init__.py",
    "tests/finance/stripe/__init__.py",
}


@pytest.fixture
def scaffold(run_module):
    return lambda domain, source, cwd: run_module("scripts.scaffold", f"--domain={domain}", f"--source={source}", cwd=cwd)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file under `folder`: its content and when it was last written."""
    found = [path for path in folder.rglob("*") if not path.is_dir()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def test_makes_exactly_these_files_and_once(scaffold, tmp_path):
    done = scaffold("finance", "stripe", tmp_path)
    assert done == (0, "Scaffolded finance/stripe\n", "")
    made = files(tmp_path)
    assert made.keys() == FILES
    assert {content for content, _ in made.values()} == {b""}

    again = scaffold("finance", "stripe", tmp_path)
    assert again == (0, "Scaffolded finance/stripe\n", "")
    assert files(tmp_path) == made


def test_leaves_what_is_there(scaffold, tmp_path):
    (tmp_path / "src/finance").mkdir(parents=True)
    (tmp_path / "src/finance/__init__.py").write_text("VAT = 20\n")
    before = files(tmp_path)["src/finance/__init__.py"]
    assert scaffold("finance", "stripe", tmp_path).returncode == 0
    made = files(tmp_path)
    assert made.keys() == FILES
    assert made["src/finance/__init__.py"] == before


def test_works_from_any_folder_of_the_bundle(scaffold, tmp_path):
    (tmp_path / "databricks.yml").touch()
    (tmp_path / "src/common").mkdir(parents=True)
    assert scaffold("finance", "stripe", tmp_path / "src/common").returncode == 0
    assert files(tmp_path).keys() == FILES | {"databricks.yml"}


@pytest.mark.parametrize(
    ("domain", "source", "message"),
    [
        ("x; rm -rf y", "z", "'x; rm -rf y' must be snake_case (lowercase, underscores, start with letter)"),
        ("finance", "../up", "'../up' must be snake_case"),
        ("json", "z", "'json' would shadow Python's standard module json"),
        ("scripts", "z", "'scripts' is taken at the root of this repository"),
    ],
)
def test_bad_names_are_refused(scaffold, tmp_path, domain, source, message):
    done = scaffold(domain, source, tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Validation error: {message}")
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_a_folder_stops_it_before_the_first_file(scaffold, tmp_path):
    (tmp_path / "tests").touch()
    done = scaffold("finance", "stripe", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: tests is not a folder")
    assert files(tmp_path).keys() == {"tests"}


def test_a_link_out_of_the_bundle_is_not_followed(scaffold, tmp_path):
    bundle, outside = tmp_path / "bundle", tmp_path / "outside"
    bundle.mkdir()
    outside.mkdir()
    (bundle / "src").symlink_to(outside)
    done = scaffold("finance", "stripe", bundle)
    assert done.returncode == 1
    assert "outside the bundle" in done.stderr
    assert list(outside.iterdir()) == []
    assert [path.name for path in bundle.iterdir()] == ["src"]
