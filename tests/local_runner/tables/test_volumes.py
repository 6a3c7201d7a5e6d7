"""Volumes mirror their fixtures, and keep what came from elsewhere."""

from pathlib import Path

import pytest

from local_runner.diagnostics import Failure
from local_runner.tables.fixtures import Fixtures
from local_runner.tables.volumes import Volumes


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "fixtures" / "finance" / "stripe" / "landing"
    folder.mkdir(parents=True)
    return folder


def volume(tmp_path: Path) -> Path:
    """Where the dev volume of finance/stripe is after one more run has asked for it."""
    fixtures = Fixtures(tmp_path / "fixtures", "dev_", "ann_")
    return Path(Volumes(tmp_path / "state", fixtures).local_path("/Volumes/dev_finance/ann_stripe/landing"))


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_volume_holds_its_fixtures_in_their_folders(tmp_path, landing):
    (landing / "a").mkdir()
    (landing / "a" / "1.json").write_text("one")
    (landing / ".gitkeep").touch()
    assert names(volume(tmp_path)) == {"a/1.json"}
    assert (volume(tmp_path) / "a" / "1.json").read_text() == "one"


def test_a_renamed_fixture_is_there_once_and_a_changed_one_as_it_is_now(tmp_path, landing):
    (landing / "1.json").write_text("one")
    (landing / "2.json").write_text("two")
    volume(tmp_path)
    (landing / "1.json").rename(landing / "3.json")
    (landing / "2.json").write_text("two and more")
    assert names(volume(tmp_path)) == {"2.json", "3.json"}
    assert (volume(tmp_path) / "2.json").read_text() == "two and more"


def test_files_from_elsewhere_stay(tmp_path, landing):
    (landing / "1.json").write_text("one")
    (volume(tmp_path) / "uploaded.json").write_text("by hand")
    (landing / "1.json").unlink()
    assert names(volume(tmp_path)) == {"uploaded.json"}


def test_a_volume_with_no_fixtures_names_the_folder_to_fill(tmp_path):
    with pytest.raises(Failure) as caught:
        volume(tmp_path)
    assert caught.value.diagnostics[0].remedy == f"Put its files under {tmp_path}/fixtures/finance/stripe/landing/"


@pytest.mark.parametrize(
    ("inside", "summary", "remedy"),
    [
        ("ordrs", "has no ordrs here", "Did you mean orders? Put its files under {}/ordrs/"),
        ("orders/2.json", "has no orders/2.json here", "Did you mean 1.json? Add {}/orders/2.json"),
        ("none/at/all/", "has no none/at/all here", "Put its files under {}/none/at/all/"),
    ],
)
def test_a_path_to_nothing_in_a_volume_names_where_its_files_belong(tmp_path, landing, inside, summary, remedy):
    (landing / "orders").mkdir()
    (landing / "orders" / "1.json").write_text("one")
    volumes = Volumes(tmp_path / "state", Fixtures(tmp_path / "fixtures", "dev_", "ann_"))
    with pytest.raises(Failure) as caught:
        volumes.local_path(f"/Volumes/dev_finance/ann_stripe/landing/{inside}")
    (problem,) = caught.value.diagnostics
    assert problem.summary == f"the volume dev_finance.ann_stripe.landing {summary}"
    assert problem.remedy == remedy.format(landing)


def test_a_pattern_may_match_nothing_but_needs_its_volume(tmp_path, landing):
    volumes = Volumes(tmp_path / "state", Fixtures(tmp_path / "fixtures"))
    with pytest.raises(Failure) as caught:
        volumes.local_path("/Volumes/finance/stripe/landing/orders/2*/*.csv")
    assert caught.value.diagnostics[0].remedy == f"Put its files under {landing}/orders/"
    (landing / "1.json").write_text("one")
    volumes = Volumes(tmp_path / "state", Fixtures(tmp_path / "fixtures"))
    assert volumes.local_path("/Volumes/finance/stripe/landing/*.csv") == (
        f"{tmp_path}/state/volumes/finance/stripe/landing/*.csv"
    )


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("dev_finance/ann_stripe", "finance/stripe"),
        ("dev_finance/crm", "finance/crm"),
        ("dev_finance/ann_new", "finance/ann_new"),
        ("finance/new", None),
        ("refinance/stripe", None),
    ],
)
def test_a_prefix_that_no_target_has_given_is_the_likely_mistake(tmp_path, landing, named, meant):
    # As in a test of one dataset.
    volumes = Volumes(tmp_path / "state", Fixtures(tmp_path / "fixtures"))
    with pytest.raises(Failure) as caught:
        volumes.local_path(f"/Volumes/{named}/landing/orders")
    likely = f"Did you mean /Volumes/{meant}/landing, without a target's prefix? If not: " if meant else ""
    to_do = f"Put its files under {tmp_path}/fixtures/{named}/landing/orders/"
    assert caught.value.diagnostics[0].remedy == f"{likely}{to_do}"


@pytest.mark.parametrize("path", ["/Volumes/c/s/v/../../x", "dbfs:/../x"])
def test_a_path_that_climbs_out_is_refused(tmp_path, path):
    (tmp_path / "fixtures" / "c" / "s" / "v").mkdir(parents=True)
    (tmp_path / "fixtures" / "c" / "s" / "v" / "file").touch()
    with pytest.raises(Failure, match="climbs out of its volume"):
        Volumes(tmp_path / "state", Fixtures(tmp_path / "fixtures")).local_path(path)


def test_any_other_path_is_left_as_it_is(tmp_path):
    assert Volumes(tmp_path, Fixtures(tmp_path)).local_path("s3://bucket/x") == "s3://bucket/x"
