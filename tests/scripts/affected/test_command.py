"""`just affected` in a git repository: the base, what is printed, and that nothing of the user's is changed."""

import json

import pytest

from tests.scripts.affected.generated import Pair, model, write

pytestmark = pytest.mark.slow


@pytest.fixture
def repository(tmp_path, git, commit):
    """A committed bundle of two pairs, of which domain0/source1 reads the other's final table."""
    first, second = model(2)
    second.upstream = first
    first.readers.append(second)
    write(tmp_path, [first, second])
    (tmp_path / ".gitignore").write_text(".local/\n.databricks/\n")
    git("init", "--quiet", "--initial-branch=main")
    commit()
    return tmp_path


def change_final(root):
    file = root / "src/domain0/source0/transformations/final_orders.py"
    file.write_text(file.read_text().replace('groupBy("currency")', 'groupBy("currency", "day")'))


READERS = """\
domain0/source0: final_orders changed
    (src/domain0/source0/transformations/final_orders.py)
    pipelines.domain0_source0_pipeline
domain0/source0: runs pipelines.domain0_source0_pipeline
    jobs.domain0_source0_job
domain0/source1: reads dev_domain0.source0.final_orders
    pipelines.domain0_source1_pipeline
domain0/source1: reads dev_domain0.source1.final_orders
    jobs.domain0_source1_export
domain0/source1: runs pipelines.domain0_source1_pipeline
    jobs.domain0_source1_job
"""


def test_says_what_is_touched_and_why(repository, run_module, git):
    change_final(repository)
    done = run_module("scripts.affected", "HEAD", cwd=repository)
    head = git("rev-parse", "HEAD")
    assert done == (0, f"{READERS}1 domain, 5 of 5 resources touched on dev since {head[:10]}\n", "")


def test_as_json_for_a_matrix(repository, run_module, git, commit):
    base = git("rev-parse", "HEAD")
    change_final(repository)
    commit()
    done = run_module("scripts.affected", "HEAD^", "-o", "json", cwd=repository)
    reads = ["reads dev_domain0.source0.final_orders"]
    value = json.loads(done.stdout)
    assert (value["target"], value["base"], [one["domain"] for one in value["domains"]]) == ("dev", base, ["domain0"])
    assert value["domains"][0]["resources"][-1] == {
        "key": "pipelines.domain0_source1_pipeline",
        "source": "source1",
        "reasons": reads,
        "gone": False,
    }


def test_names_are_those_of_the_target(repository, run_module):
    change_final(repository)
    done = run_module("scripts.affected", "HEAD", "--target", "prod", cwd=repository)
    # The setting that names what source1 reads says dev_domain0 in every target, so in prod it reads another table.
    assert [line for line in done.stdout.splitlines() if "source1" in line] == []
    assert "2 of 5 resources touched on prod" in done.stdout


def test_an_unchanged_tree_touches_nothing(repository, run_module):
    done = run_module("scripts.affected", "HEAD", cwd=repository)
    assert done.stdout.startswith("0 domains, 0 of 5 resources touched on dev since ")


def test_the_base_is_what_was_deployed(repository, run_module, git, commit):
    first = run_module("scripts.affected", cwd=repository)
    assert "domain0/source0: nothing is recorded as deployed to dev\n" in first.stdout
    assert first.stdout.endswith("1 domain, 5 of 5 resources touched on dev for the first deployment\n")

    git("update-ref", "refs/deployed/dev", "HEAD")
    assert run_module("scripts.affected", cwd=repository).stdout.startswith("0 domains")
    change_final(repository)
    commit()
    assert run_module("scripts.affected", cwd=repository).stdout.startswith(READERS)


def test_what_is_gone_is_named(repository, run_module):
    (repository / Pair("domain0", "source1", "", True, False).resource_file("job")).unlink()
    done = run_module("scripts.affected", "HEAD", "-o", "json", cwd=repository)
    assert json.loads(done.stdout)["domains"] == [
        {
            "domain": "domain0",
            "resources": [
                {"key": "jobs.domain0_source1_job", "source": "source1", "reasons": ["gone from the code"], "gone": True}
            ],
        }
    ]


def test_nothing_of_the_users_is_changed(repository, run_module, git):
    change_final(repository)
    (repository / "notes.txt").write_text("new")
    git("add", "notes.txt")
    (repository / "notes.txt").write_text("newer")
    before = (
        git("status", "--porcelain"),
        git("worktree", "list"),
        git("stash", "list"),
    )
    run_module("scripts.affected", "HEAD", cwd=repository)
    after = (git("status", "--porcelain"), git("worktree", "list"), git("stash", "list"))
    assert before == after
    assert sorted(path.name for path in (repository / ".local").iterdir()) == ["base"]


def test_values_a_person_set_hold_for_both_versions(repository, run_module):
    overrides = repository / ".databricks/bundle/dev/variable-overrides.json"
    overrides.parent.mkdir(parents=True)
    overrides.write_text('{"retention": "90"}')
    assert run_module("scripts.affected", "HEAD", cwd=repository).stdout.startswith("0 domains")


def test_a_bundle_in_a_folder_of_its_repository(repository, run_module, commit):
    inside = repository / "platform"
    inside.mkdir()
    for path in repository.iterdir():
        if path.name not in (".git", "platform"):
            path.rename(inside / path.name)
    commit()
    change_final(inside)
    assert run_module("scripts.affected", "HEAD", cwd=inside).stdout.startswith(READERS)


def test_an_unknown_base_is_refused(repository, run_module):
    done = run_module("scripts.affected", "no-such-commit", cwd=repository)
    assert done == (1, "", "Error: git knows no commit no-such-commit\n  Fetch it, or name another of git log.\n")


def test_a_base_that_a_shallow_clone_lacks_is_told(repository, run_module, commit, git, tmp_path_factory):
    commit()
    clone = tmp_path_factory.mktemp("clone")
    git("clone", "--quiet", "--depth=1", f"file://{repository}", str(clone))
    done = run_module("scripts.affected", "HEAD^", cwd=clone)
    assert done == (1, "", "Error: git knows no commit HEAD^\n  This clone is shallow: git fetch --unshallow\n")


def test_an_option_is_no_base(repository, run_module):
    assert run_module("scripts.affected", "--upload-pack=x", cwd=repository).returncode == 2


def test_a_base_that_does_not_resolve_is_told(repository, run_module, commit):
    bundle = repository / "databricks.yml"
    good = bundle.read_text()
    bundle.write_text(good.replace("host:", "host: ["))
    base = commit()
    bundle.write_text(good)
    done = run_module("scripts.affected", "HEAD", cwd=repository)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: the bundle at {base[:10]} does not resolve for dev, so nothing can be compared")
    assert "Name another commit as base" in done.stderr


def test_a_tree_that_does_not_resolve_is_told(repository, run_module):
    (repository / "databricks.yml").write_text("bundle: [")
    done = run_module("scripts.affected", "HEAD", cwd=repository)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: databricks.yml:2: not valid YAML")


def test_a_folder_without_git_is_told(tmp_path, run_module):
    write(tmp_path, model(1))
    done = run_module("scripts.affected", cwd=tmp_path)
    assert done.returncode == 1
    assert "Run this in a git repository." in done.stderr


def test_what_a_killed_run_left_does_no_harm(repository, run_module):
    run_module("scripts.affected", "HEAD", cwd=repository)
    base = repository / ".local/base"
    (base / "index.lock").touch()
    (base / "tree/src/domain0/source0/rules.py").write_text("half writ")
    (base / "tree/pyproject.toml").unlink()
    assert run_module("scripts.affected", "HEAD", cwd=repository).stdout.startswith("0 domains")


def test_one_base_after_another(repository, run_module, git, commit):
    first = git("rev-parse", "HEAD")
    (repository / "src/domain0/source0/extra.sql").write_text("SELECT 1;\n")
    change_final(repository)
    commit()
    assert run_module("scripts.affected", "HEAD", cwd=repository).stdout.startswith("0 domains")
    assert run_module("scripts.affected", first, cwd=repository).stdout.startswith(READERS)
    assert run_module("scripts.affected", "HEAD", cwd=repository).stdout.startswith("0 domains")
