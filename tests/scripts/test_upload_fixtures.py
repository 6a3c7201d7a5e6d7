"""`just upload-fixtures`: which files it takes for new and changed, and what it asks of the Databricks CLI.

The CLI here is a stand-in that gives prepared answers: what a workspace has.
"""

import json
from pathlib import Path

import pytest

from local_runner.tables.fixtures import Fixtures
from local_runner.tables.volumes import Volumes

# They start processes.
pytestmark = pytest.mark.slow

VOLUME = "/Volumes/dev_finance/ann_stripe/landing"
VALIDATE = "bundle validate --output=json --target={}"
LS = "fs ls --target=dev --output=json dbfs:{}"
CAT = "fs cat --target=dev --output=text dbfs:{}"
CP = "fs cp --target=dev --recursive --overwrite <folder> dbfs:{}"

BUNDLE = """\
bundle: {name: shop}
variables: {catalog: {default: ""}, schema: {default: ""}}
resources:
  volumes:
    finance_stripe_landing_volume: {catalog_name: "${var.catalog}finance", schema_name: stripe, name: landing}
targets:
  dev: {variables: {catalog: dev_}}
  prod: {}
"""


def resolved(path, catalog="", schema=""):
    """What `bundle validate` prints, as far as it is read."""
    return json.dumps(
        {
            "resources": {"volumes": {"finance_stripe_landing_volume": {"volume_path": path}}},
            "variables": {"catalog": {"value": catalog}, "schema": {"value": schema}},
        }
    )


def listing(**sizes):
    """What `fs ls` prints: the size of each file, None for a folder."""
    entries = [{"name": name, "is_directory": size is None, "size": size or 0} for name, size in sizes.items()]
    return json.dumps(entries)


@pytest.fixture
def bundle(tmp_path, databricks):
    """Three fixtures of finance/stripe, for a volume of dev that is empty."""
    folder = tmp_path / "fixtures/finance/stripe/landing"
    (folder / "days/march").mkdir(parents=True)
    for name in ("a", "days/b", "days/march/c"):
        (folder / name).write_text(f"content of {name}")
    (folder / "days/.gitkeep").touch()
    (tmp_path / "databricks.yml").touch()
    databricks.answer(VALIDATE.format("dev"), resolved(VOLUME, "dev_", "ann_"))
    databricks.answer(LS.format(VOLUME), "[]")
    return tmp_path


@pytest.fixture
def upload(bundle, run_module):
    return lambda *arguments: run_module("scripts.upload_fixtures", "finance", "stripe", *arguments, cwd=bundle)


def test_an_empty_volume_gets_all(upload, databricks):
    assert upload("dev") == (
        0,
        f"  new a\n  new days/b\n  new days/march/c\nUploading 3 of 3 files to {VOLUME} of dev\n",
        "",
    )
    assert databricks.asked == [VALIDATE.format("dev"), LS.format(VOLUME), CP.format(VOLUME)]
    assert databricks.handed == {
        "a": "content of a",
        "days/b": "content of days/b",
        "days/march/c": "content of days/march/c",
    }


def test_a_dry_run_uploads_nothing(upload, databricks):
    done = upload("dev", "--dry-run")
    assert done.stdout.endswith(f"Would upload 3 of 3 files to {VOLUME} of dev\n")
    assert databricks.asked == [VALIDATE.format("dev"), LS.format(VOLUME)]


def test_what_is_there_is_left(upload, databricks):
    databricks.answer(LS.format(VOLUME), listing(a=12, days=None, other=None))
    databricks.answer(LS.format(f"{VOLUME}/days"), listing(b=17, march=None, more=None))
    databricks.answer(LS.format(f"{VOLUME}/days/march"), listing(c=23))
    for name in ("a", "days/b", "days/march/c"):
        databricks.answer(CAT.format(f"{VOLUME}/{name}"), f"content of {name}")
    assert upload() == (0, f"Uploading 0 of 3 files to {VOLUME} of dev\n", "")
    assert not [call for call in databricks.asked if call.startswith(("fs cp", LS.format(f"{VOLUME}/other")))]


def test_what_has_changed_is_sent_again(upload, databricks):
    databricks.answer(LS.format(VOLUME), listing(a=12, days=None))
    databricks.answer(LS.format(f"{VOLUME}/days"), listing(b=3))
    # As long, and not the same.
    databricks.answer(CAT.format(f"{VOLUME}/a"), "content of b")
    done = upload()
    assert done.stdout == (f"  changed a\n  changed days/b\n  new days/march/c\nUploading 3 of 3 files to {VOLUME} of dev\n")
    assert databricks.handed.keys() == {"a", "days/b", "days/march/c"}


def test_only_what_has_changed_is_sent(upload, databricks):
    databricks.answer(LS.format(VOLUME), listing(a=12))
    databricks.answer(CAT.format(f"{VOLUME}/a"), "content of a")
    upload()
    assert databricks.handed.keys() == {"days/b", "days/march/c"}


def test_local_runs_see_the_same_files(upload, databricks, bundle):
    """Also where a folder is for one target only."""
    own = bundle / "fixtures/dev_finance/stripe/landing"
    own.mkdir(parents=True)
    (own / "of_dev").write_text("dev's own")
    volumes = Volumes(bundle / ".local/dev", Fixtures(bundle / "fixtures", "dev_", "ann_"))
    local = Path(volumes.local_path(VOLUME))
    upload()
    assert databricks.handed == {file.name: file.read_text() for file in local.iterdir()} == {"of_dev": "dev's own"}


class TestProduction:
    @pytest.fixture(autouse=True)
    def production(self, databricks):
        databricks.answer(VALIDATE.format("live"), resolved("/Volumes/finance/stripe/landing"))
        databricks.answer("fs ls --target=live --output=json dbfs:/Volumes/finance/stripe/landing", "[]")

    def test_it_is_refused(self, upload, databricks):
        assert upload("live") == (
            1,
            "",
            "Error: /Volumes/finance/stripe/landing of live is where real files land; nothing was uploaded\n"
            "  Fixtures are made up. Where that is meant, say so: --allow-production\n",
        )
        assert databricks.asked == [VALIDATE.format("live")]

    def test_it_can_be_meant(self, upload, databricks):
        assert upload("live", "--allow-production").returncode == 0
        assert databricks.asked[-1].endswith(" <folder> dbfs:/Volumes/finance/stripe/landing")


def test_a_target_with_a_prefix_is_not_production(upload, databricks):
    databricks.answer(VALIDATE.format("staging"), resolved("/Volumes/staging_finance/stripe/landing", "staging_"))
    databricks.answer("fs ls --target=staging --output=json dbfs:/Volumes/staging_finance/stripe/landing", "[]")
    assert upload("staging").returncode == 0
    assert databricks.handed.keys() == {"a", "days/b", "days/march/c"}


def test_a_pair_without_a_volume_is_refused(run_module, bundle, databricks):
    done = run_module("scripts.upload_fixtures", "finance", "paypal", cwd=bundle)
    assert done == (
        1,
        "",
        "Error: the bundle has no volume finance_paypal_landing_volume\n"
        "  This makes it: just build-namespace-resource finance paypal\n",
    )
    assert databricks.asked == [VALIDATE.format("dev")]


def test_a_volume_without_fixtures_is_refused(upload, databricks, bundle):
    (bundle / "fixtures/finance").rename(bundle / "fixtures/other")
    assert upload() == (
        1,
        "",
        f"Error: there are no fixtures for {VOLUME}\n  Put its files under fixtures/finance/stripe/landing/\n",
    )
    assert databricks.asked == [VALIDATE.format("dev")]


def test_a_bad_name_is_refused(run_module, bundle, databricks):
    done = run_module("scripts.upload_fixtures", "finance", "../x", cwd=bundle)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Validation error: '../x' must be snake_case")
    assert databricks.asked == []


@pytest.mark.parametrize(
    ("failing", "calls", "hint"),
    [
        (VALIDATE.format("dev"), 1, ""),
        (LS.format(VOLUME), 2, "  Is it deployed? just deploy-domain finance dev\n"),
        (CP.format(VOLUME), 3, ""),
    ],
)
def test_the_exit_code_is_the_clis(upload, databricks, failing, calls, hint):
    databricks.answer(failing, code=7)
    done = upload()
    assert (done.returncode, done.stderr) == (7, hint)
    assert len(databricks.asked) == calls


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("stripe", "dev", "Error: the Databricks CLI is not installed\n  Install it: https://"),
        ("nope", "dev", "Error: the bundle has no volume finance_nope_landing_volume\n"),
        (
            "stripe",
            "prod",
            "Error: /Volumes/finance/stripe/landing of prod is where real files land; nothing was uploaded\n",
        ),
        ("stripe", "nope", "Error: databricks.yml:7: no target named nope\n"),
    ],
)
def test_without_the_cli(bundle, run_module, monkeypatch, tmp_path, source, target, said):
    """What is wrong with what is asked for is told first."""
    (bundle / "databricks.yml").write_text(BUNDLE)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = run_module("scripts.upload_fixtures", "finance", source, target, cwd=bundle)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
