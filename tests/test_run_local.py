"""The main job as a person runs it: `just run-local finance_stripe_sync_job`, then `just show`, in a copy of the bundle."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from local_runner.cli import main
from local_runner.spark import stop
from tests.bundle_copy import copy_bundle
from tests.finance.stripe.oracle import expected_base, expected_final, landed

ROOT = Path(__file__).parent.parent
JOB = "finance_stripe_sync_job"

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle with its fixtures."""
    return copy_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def command(copied: Path, capsys: pytest.CaptureFixture[str], shared_spark: None) -> Callable[..., tuple]:
    """`command("run", …)`: (exit code, stdout, stderr) of a verb of the runner."""

    def run(verb: str, *arguments: str) -> tuple[int, str, str]:
        code = main([verb, *arguments, "--bundle", str(copied)])
        return code, *capsys.readouterr()

    return run


def table(command: Callable[..., tuple], name: str) -> list[dict]:
    code, lines, _ = command("show", name, "-o", "json")
    assert code == 0
    return [json.loads(line, parse_float=Decimal) for line in lines.splitlines()]


def test_two_runs_give_the_table_that_plain_python_gives(command):
    for new in (len(landed()), 0):
        code, output, _ = command("run", JOB)
        assert code == 0
        lines = [line.split() for line in output.splitlines()]
        assert ["✓", "raw_payments", "streaming", "table", "completed", f"{new:,}", "rows"] in [line[:7] for line in lines]
        rows = sorted(table(command, "final_payment_summary"), key=lambda row: row["currency"])
        assert rows == expected_final()
        assert [row["currency"] for row in rows if row["currency"] in output] == [
            row["currency"] for row in expected_final()
        ]
        assert len(table(command, "base_payments")) == len(expected_base())
        assert len(table(command, "raw_payments")) == len(landed())


@pytest.mark.slow
def test_from_the_shell_on_a_server_of_its_own(tmp_path):
    root = copy_bundle(tmp_path / "bundle")
    runner = [sys.executable, "-m", "local_runner"]
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    try:
        for _ in range(2):
            subprocess.run([*runner, "run", JOB, "--bundle", root], env=environment, check=True, timeout=300)
            shown = subprocess.run(
                [*runner, "show", "final_payment_summary", "-o", "json", "--bundle", root], check=True, capture_output=True
            )
            rows = [json.loads(line, parse_float=Decimal) for line in shown.stdout.splitlines()]
            assert sorted(rows, key=lambda row: row["currency"]) == expected_final()
    finally:
        stop(root)


def test_an_unknown_name_gets_a_suggestion(command):
    assert command("run", "finance_stripe_snyc_job") == (
        1,
        "",
        "Error: no job or pipeline named finance_stripe_snyc_job\n  Did you mean finance_stripe_sync_job?\n",
    )
    code, output, errors = command("show", "final_payment_sumary")
    assert (code, output) == (1, "")
    assert "no table named final_payment_sumary" in errors


def test_a_job_whose_pipeline_is_missing_says_which(command, copied):
    pipeline = copied / "resources" / "finance" / "stripe" / "sync_pipeline.py"
    text = pipeline.read_text()
    pipeline.unlink()
    try:
        code, _, errors = command("run", JOB)
    finally:
        pipeline.write_text(text)
    assert code == 1
    assert "finance_stripe_sync_pipeline" in errors
    assert "Traceback" not in errors


def test_a_missing_fixture_names_the_folder_to_fill(command, copied):
    landing = copied / "fixtures" / "finance" / "stripe" / "landing"
    landing.rename(landing.with_name("elsewhere"))
    volumes = copied / ".local" / "dev" / "volumes"
    shutil.rmtree(volumes, ignore_errors=True)
    try:
        code, _, errors = command("run", JOB)
    finally:
        landing.with_name("elsewhere").rename(landing)
    assert code == 1
    assert f"Put its files under {landing}/" in errors
    assert "Traceback" not in errors


def test_a_broken_transformation_shows_the_persons_own_lines(command, copied):
    source = copied / "src" / "finance" / "stripe" / "transformations" / "staging_payments.py"
    text = source.read_text()
    source.write_text(text.replace("payments = spark.read.table", "payments = spark.red.table"))
    try:
        code, output, errors = command("run", JOB)
    finally:
        source.write_text(text)
    assert code == 1
    assert 'payments = spark.red.table("base_payments_unique")' in errors
    assert "Traceback" not in errors
    assert "site-packages" not in errors
    assert "skipped: upstream staging_payments failed" in output


@pytest.mark.slow
def test_the_readmes_way_to_a_pairs_first_row(command, copied):
    # In the name of a domain that nobody's own pairs have.
    section = (ROOT / "README.md").read_text().split("## Add a pair")[1].replace("sales", "domain_of_a_test")
    recipes, configuration, record, layer = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)[:4]
    for recipe in recipes.splitlines():
        just = [Path(sys.executable).with_name("just"), "--justfile", ROOT / "justfile", "--working-directory", copied]
        subprocess.run([*just, *recipe.split("#")[0].split()[1:]], check=True, timeout=60)
    pipeline = copied / "resources/domain_of_a_test/shop/orders_pipeline.py"
    before = '        "environment": {'
    pipeline.write_text(pipeline.read_text().replace(before, configuration + before))
    for file, text in {
        "fixtures/domain_of_a_test/shop/landing/orders/orders.json": record,
        "src/domain_of_a_test/shop/transformations/raw_orders.py": layer,
    }.items():
        (copied / file).parent.mkdir(parents=True, exist_ok=True)
        (copied / file).write_text(text)

    code, _, errors = command("run", "domain_of_a_test_shop_orders_job")
    assert (code, errors) == (0, "")
    (row,) = table(command, "raw_orders")
    assert (row["order_id"], row["amount"]) == ("a1", "10.50")


@pytest.mark.slow
def test_another_pairs_broken_job_is_only_warned_of(command, copied):
    job = copied / "resources" / "finance" / "other_job.py"
    job.write_text("from databricks.bundles.jobs import Job\n\nother = Job.from_dict({'nme': 'other'})\n")
    try:
        code, output, errors = command("run", JOB, "--dry-run")
        missing = command("run", "other")
    finally:
        job.unlink()
    assert code == 0
    assert "✓ final_payment_summary" in output
    assert errors.startswith(f"Warning: {job}:3: Error while loading")
    assert "Did you mean name?" in errors
    assert missing[0] == 1
    assert f"Error: {job}:3: Error while loading" in missing[2]
    assert "Error: no job or pipeline named other" in missing[2]
