"""A deployment with the Databricks CLI: one at a time for each target, its plan first, a stop where data would be lost."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from local_runner.diagnostics import Diagnostic, Severity, fail, print_diagnostics
from scripts import git
from scripts.databricks_cli import databricks

# What can be removed and made again with nothing lost but its history. All else counts as holding data, also what is not
# known here: schemas and volumes, pipelines, whose tables go with them, and what later versions of the CLI add.
_WITHOUT_DATA = frozenset({"alerts", "apps", "clusters", "job_runs", "jobs", "model_serving_endpoints", "sql_warehouses"})
_LOSSES = {"delete": "removes", "recreate": "removes and makes anew"}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", nargs="?", default="dev", help="the target to deploy to (default: dev)")
    parser.add_argument("--dry-run", action="store_true", help="show the plan, and deploy nothing")
    parser.add_argument("--allow-data-loss", action="store_true", help="remove or make anew also what holds data")


@contextmanager
def one_deployment(root: Path, target: str) -> Iterator[None]:
    """Keep other deployments from this folder to `target` out while this lasts. Raises Failure where one is under way.

    The CLI itself keeps out those from other machines while it writes. The system drops the lock of a killed process.
    """
    file = root / ".local" / f"deploy-{quote(target, safe='')}.lock"
    file.parent.mkdir(exist_ok=True)
    with file.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            holder = held.read()
            raise fail(f"another deployment to {target} is under way: {holder}", "Start again when it has ended.") from None
        held.truncate(0)
        held.write(f"process {os.getpid()}")
        held.flush()
        yield


def carry_out(root: Path, options: argparse.Namespace, selected: Sequence[str] | None) -> bool:
    """Show the plan of deploying the resources `selected`, or of everything, and deploy; False where only the plan is asked.

    Raises Failure where data would be lost and `--allow-data-loss` is not given, and SystemExit with the CLI's exit code
    where the CLI fails.
    """
    target = f"--target={options.target}"
    # One argument each: the system limits the length of a single one.
    scope = [target, *(f"--select={key}" for key in selected or ())]
    actions = _plan(root, scope)
    for key, action in actions.items():
        print(f"  {action} {key}")
    print(f"Plan for {options.target}: {len(actions)} change{'' if len(actions) == 1 else 's'}")
    if losses := [f"{_LOSSES[action]} {key}" for key, action in actions.items() if action in _LOSSES and _holds_data(key)]:
        _judge_losses(losses, options)
    if options.dry_run:
        return False
    # Without it the CLI asks, or refuses where nobody can answer, whatever it takes for a loss.
    approval = ["--auto-approve"] if options.allow_data_loss else []
    databricks(root, ["bundle", "deploy", *approval, *scope])
    return True


def record(root: Path, target: str, version: str) -> None:
    """Remember the commit `version` as what is deployed to `target`, unless the tree has changed since it was taken."""
    if git.is_same_tree(root, git.snapshot(root), version):
        git.record_deployed(root, target, version)
        print(f"{git.deployed_ref(target)} is now {version[:10]}")
    else:
        remedy = "The next deployment compares with the one before this."
        summary = f"files changed during the deployment, so it is not known what {target} has"
        print_diagnostics([Diagnostic(summary, remedy, severity=Severity.WARNING)])


def offer_removal(gone: Sequence[str], target: str) -> None:
    """Say how to remove what is deployed and gone from the code."""
    if gone:
        print("Still deployed, but gone from the code, so that no selection can name it:")
        print(*(f"  {key}" for key in gone), sep="\n")
        print(f"A full deployment removes it: just deploy-affected {target} --full")


def _plan(root: Path, scope: list[str]) -> dict[str, str]:
    """What a deployment would do, as the CLI has it: `pipelines.x` -> `create`; what it leaves alone is left out."""
    plan: dict[str, Any] = json.loads(databricks(root, ["bundle", "plan", "--output=json", *scope], subprocess.PIPE))
    return {
        key.removeprefix("resources."): entry["action"]
        for key, entry in sorted(plan.get("plan", {}).items())
        # What is gone from the workspace too is only struck off the CLI's list.
        if entry.get("action", "skip") != "skip" and not entry.get("gone")
    }


def _judge_losses(losses: list[str], options: argparse.Namespace) -> None:
    summary = f"this deployment would lose data of {len(losses)} resource{'' if len(losses) == 1 else 's'}"
    detail = "\n".join(losses)
    if options.dry_run or options.allow_data_loss:
        print_diagnostics([Diagnostic(summary, severity=Severity.WARNING, detail=detail)])
    else:
        raise fail(f"{summary}; nothing was deployed", "Where that is meant, say so: --allow-data-loss", detail=detail)


def _holds_data(key: str) -> bool:
    kind, _, name = key.partition(".")
    # `schemas.x.grants` is a part of its resource.
    return kind not in _WITHOUT_DATA and "." not in name
