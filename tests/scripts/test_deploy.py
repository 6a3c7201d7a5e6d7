"""`just deploy-domain` and `just deploy-affected`: what is asked of the Databricks CLI, and what its exit code leads to.

The CLI here is a recorder that decides nothing: it prints the plan it is given. What the real one decides is in
test_deploy_workspace.py.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.affected.generated import Pair, write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

RECORDER = """\
#!/bin/sh
printf '%s\\n' "$*" >> "$RECORD/calls"
[ "$2" = plan ] && cat "$RECORD/plan.json"
[ -f "$RECORD/exit-$2" ] && exit "$(cat "$RECORD/exit-$2")"
exit 0
"""
SHOP, DESK = Pair("sales", "shop", "money", False, False), Pair("support", "desk", "dates", False, False)
SELECT_SHOP = "--select=jobs.sales_shop_job --select=pipelines.sales_shop_pipeline"
SELECT_DESK = "--select=jobs.support_desk_job --select=pipelines.support_desk_pipeline"


class Cli:
    """The recorder; `plans` is what it prints as plan: resource -> action."""

    def __init__(self, folder):
        self.folder = folder
        self.plans()

    def plans(self, **actions):
        entries = {key.replace("__", "."): {"action": action} for key, action in actions.items()}
        self.folder.joinpath("plan.json").write_text(json.dumps({"plan_version": 2, "plan": entries}))

    def fails(self, verb, code):
        self.folder.joinpath(f"exit-{verb}").write_text(str(code))

    @property
    def calls(self):
        record = self.folder / "calls"
        return record.read_text().splitlines() if record.exists() else []


@pytest.fixture
def cli(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cli")
    program = folder / "databricks"
    program.write_text(RECORDER)
    program.chmod(0o755)
    monkeypatch.setenv("RECORD", str(folder))
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return Cli(folder)


@pytest.fixture
def bundle(tmp_path, git, commit):
    """A committed bundle of two domains, sales and support."""
    write(tmp_path, [SHOP, DESK])
    (tmp_path / ".gitignore").write_text(".local/\n")
    git("init", "--quiet", "--initial-branch=main")
    commit()
    return tmp_path


def change(bundle, pair):
    file = bundle / pair.transformation("base_orders.py")
    file.write_text(file.read_text().replace('"value"', '"worth"'))


def deployed(git):
    return git("for-each-ref", "--format=%(refname) %(objectname)", "refs/deployed")


def test_a_domain_is_planned_and_then_deployed(bundle, cli, run_module):
    cli.plans(resources__jobs__sales_shop_job="create", resources__pipelines__sales_shop_pipeline="update")
    done = run_module("scripts.deploy_domain", "sales", "prod", cwd=bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert cli.calls == [f"bundle {verb} --target=prod {SELECT_SHOP}" for verb in ("plan --output=json", "deploy")]
    assert done.stdout == (
        "Not in this deployment, but for their code, which is uploaded with all files: support\n"
        "  create jobs.sales_shop_job\n"
        "  update pipelines.sales_shop_pipeline\n"
        "Plan for prod: 2 changes\n"
    )


def test_a_part_is_not_recorded_as_the_whole(bundle, cli, run_module, git):
    run_module("scripts.deploy_domain", "sales", cwd=bundle)
    assert deployed(git) == ""


def test_a_domain_that_is_all_that_changed_is_recorded(bundle, cli, run_module, git, commit):
    git("update-ref", "refs/deployed/dev", "HEAD")
    change(bundle, SHOP)
    head = commit()
    done = run_module("scripts.deploy_domain", "sales", cwd=bundle)
    assert done.stdout == f"Plan for dev: 0 changes\nrefs/deployed/dev is now {head[:10]}\n"
    assert deployed(git) == f"refs/deployed/dev {head}"


def test_the_first_time_all_is_affected(bundle, cli, run_module, git):
    run_module("scripts.deploy_affected", cwd=bundle)
    assert cli.calls[1] == (
        "bundle deploy --target=dev --select=jobs.sales_shop_job --select=pipelines.sales_shop_pipeline"
        " --select=jobs.support_desk_job --select=pipelines.support_desk_pipeline"
    )
    assert deployed(git) == f"refs/deployed/dev {git('rev-parse', 'HEAD')}"


def test_after_that_only_what_changed(bundle, cli, run_module, git, commit):
    git("update-ref", "refs/deployed/prod", "HEAD")
    change(bundle, DESK)
    head = commit()
    run_module("scripts.deploy_affected", "prod", cwd=bundle)
    assert cli.calls == [f"bundle {verb} --target=prod {SELECT_DESK}" for verb in ("plan --output=json", "deploy")]
    assert deployed(git) == f"refs/deployed/prod {head}"


def test_what_is_not_committed_is_recorded_as_it_was(bundle, cli, run_module, git):
    change(bundle, DESK)
    (bundle / "new.txt").write_text("new")
    (bundle / "staged.txt").write_text("staged")
    git("add", "staged.txt")
    status = git("status", "--porcelain")
    run_module("scripts.deploy_affected", cwd=bundle)
    assert git("diff", "--name-only", "HEAD", "refs/deployed/dev").splitlines() == [
        "new.txt",
        "src/support/desk/transformations/base_orders.py",
        "staged.txt",
    ]
    assert git("status", "--porcelain") == status
    assert run_module("scripts.deploy_affected", cwd=bundle).stdout == "Nothing to deploy to dev\n"


def test_nothing_to_deploy(bundle, cli, run_module, git):
    git("update-ref", "refs/deployed/dev", "HEAD")
    assert run_module("scripts.deploy_affected", cwd=bundle) == (0, "Nothing to deploy to dev\n", "")
    assert cli.calls == []


def test_a_dry_run_deploys_nothing(bundle, cli, run_module, git):
    cli.plans(resources__pipelines__sales_shop_pipeline="recreate")
    done = run_module("scripts.deploy_domain", "sales", "--dry-run", cwd=bundle)
    assert done.returncode == 0
    assert cli.calls == [f"bundle plan --output=json --target=dev {SELECT_SHOP}"]
    assert done.stderr == (
        "Warning: this deployment would lose data of 1 resource\n  removes and makes anew pipelines.sales_shop_pipeline\n"
    )
    assert deployed(git) == ""


LOSING = {
    "resources__schemas__landing": "delete",
    "resources__volumes__files": "recreate",
    "resources__pipelines__sales_shop_pipeline": "recreate",
    "resources__something_new__x": "delete",
}
HARMLESS = {
    "resources__jobs__sales_shop_job": "recreate",
    "resources__jobs__sales_shop_job__permissions": "delete",
    "resources__schemas__landing__grants": "delete",
    "resources__volumes__files": "update_id",
    "resources__pipelines__sales_shop_pipeline": "update",
}


def test_a_loss_of_data_is_named_and_stopped(bundle, cli, run_module, git):
    cli.plans(**LOSING, **{key: action for key, action in HARMLESS.items() if key not in LOSING})
    done = run_module("scripts.deploy_affected", "--full", cwd=bundle)
    assert done.returncode == 1
    assert done.stderr == (
        "Error: this deployment would lose data of 4 resources; nothing was deployed\n"
        "  removes and makes anew pipelines.sales_shop_pipeline\n"
        "  removes schemas.landing\n"
        "  removes something_new.x\n"
        "  removes and makes anew volumes.files\n"
        "  Where that is meant, say so: --allow-data-loss\n"
    )
    assert cli.calls == ["bundle plan --output=json --target=dev"]
    assert deployed(git) == ""


def test_a_loss_of_data_that_is_meant(bundle, cli, run_module):
    cli.plans(**LOSING)
    done = run_module("scripts.deploy_affected", "--full", "--allow-data-loss", cwd=bundle)
    assert done.returncode == 0
    assert "Warning: this deployment would lose data of 4 resources" in done.stderr
    assert cli.calls[1] == "bundle deploy --auto-approve --target=dev"


def test_what_holds_no_data_stops_nothing(bundle, cli, run_module):
    cli.plans(**HARMLESS)
    done = run_module("scripts.deploy_affected", "--full", cwd=bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert cli.calls[1] == "bundle deploy --target=dev"


def test_what_is_gone_stays_until_a_full_deployment(bundle, cli, run_module, git):
    git("update-ref", "refs/deployed/dev", "HEAD")
    before = deployed(git)
    (bundle / SHOP.resource_file("job")).unlink()
    change(bundle, DESK)
    done = run_module("scripts.deploy_affected", cwd=bundle)
    assert cli.calls[1] == f"bundle deploy --target=dev {SELECT_DESK}"
    assert done.stdout.endswith(
        "Still deployed, but gone from the code, so that no selection can name it:\n"
        "  jobs.sales_shop_job\n"
        "A full deployment removes it: just deploy-affected dev --full\n"
    )
    assert deployed(git) == before

    run_module("scripts.deploy_affected", "--full", cwd=bundle)
    assert cli.calls[3] == "bundle deploy --target=dev"
    assert deployed(git) != before
    assert run_module("scripts.deploy_affected", cwd=bundle).stdout == "Nothing to deploy to dev\n"


@pytest.mark.parametrize(("verb", "calls"), [("plan", 1), ("deploy", 2)])
def test_the_exit_code_is_the_clis(bundle, cli, run_module, git, verb, calls):
    cli.fails(verb, 7)
    assert run_module("scripts.deploy_domain", "sales", cwd=bundle).returncode == 7
    assert len(cli.calls) == calls
    assert run_module("scripts.deploy_affected", cwd=bundle).returncode == 7
    assert deployed(git) == ""


def test_files_that_change_meanwhile_are_not_recorded(bundle, cli, run_module, git):
    program = cli.folder / "databricks"
    program.write_text(RECORDER.replace("exit 0", f"echo x >> {bundle}/README.md"))
    done = run_module("scripts.deploy_affected", cwd=bundle)
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: files changed during the deployment, so it is not known what dev has\n")
    assert deployed(git) == ""


def test_one_deployment_at_a_time(bundle, cli, run_module):
    (bundle / ".local").mkdir()
    with (bundle / ".local/deploy-dev.lock").open("w") as held:
        held.write("process 4711")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run_module("scripts.deploy_affected", cwd=bundle)
        other = run_module("scripts.deploy_affected", "prod", cwd=bundle)
    assert done == (
        1,
        "",
        "Error: another deployment to dev is under way: process 4711\n  Start again when it has ended.\n",
    )
    assert other.returncode == 0
    assert run_module("scripts.deploy_affected", cwd=bundle).returncode == 0


def test_an_interrupt_lets_the_cli_end(bundle, cli):
    """As in a terminal, where an interrupt reaches both."""
    (cli.folder / "databricks").write_text(
        RECORDER.replace(
            "exit 0",
            '[ "$2" = plan ] && exit 0\n'
            "trap 'stopped=1' INT; echo ready; while [ -z \"$stopped\" ]; do sleep 0.05; done\n"
            'sleep 0.5; echo ended >> "$RECORD/calls"; exit 3',
        )
    )
    command = [sys.executable, "-m", "scripts.deploy_affected", "--full"]
    process = subprocess.Popen(command, cwd=bundle, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert "ready\n" in iter(process.stdout.readline, "")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 3
    assert cli.calls[-1] == "ended"


def test_an_unknown_domain_is_refused(bundle, cli, run_module):
    assert run_module("scripts.deploy_domain", "sale", cwd=bundle) == (
        1,
        "",
        "Error: no resource belongs to a domain named sale\n  Did you mean sales?\n",
    )
    assert "The domains are: sales, support." in run_module("scripts.deploy_domain", "x", cwd=bundle).stderr
    assert cli.calls == []


def test_a_bundle_that_does_not_resolve_is_refused(bundle, cli, run_module):
    done = run_module("scripts.deploy_domain", "sales", "no-such-target", cwd=bundle)
    assert (done.returncode, cli.calls) == (1, [])
    assert "no target named no-such-target" in done.stderr


def test_without_the_cli(bundle, run_module, monkeypatch, tmp_path_factory, git):
    import shutil

    folder = tmp_path_factory.mktemp("programs")
    (folder / "git").symlink_to(shutil.which("git"))
    monkeypatch.setenv("PATH", str(folder))
    done = run_module("scripts.deploy_affected", cwd=bundle)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the Databricks CLI is not installed\n  Install it: https://")
