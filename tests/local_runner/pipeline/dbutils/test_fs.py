"""`dbutils.fs`, held against the files on disk. No Spark."""

import pytest

from local_runner.diagnostics import Failure
from local_runner.pipeline.dbutils.fs import FileSystem
from local_runner.tables.fixtures import Fixtures
from local_runner.tables.volumes import Volumes

VOLUME = "/Volumes/Sales/shop/landing"


@pytest.fixture
def disk(tmp_path):
    """Where the volume's files lie; two come from fixtures."""
    fixtures = tmp_path / "fixtures/sales/shop/landing"
    (fixtures / "old").mkdir(parents=True)
    (fixtures / "a.txt").write_text("abc")
    (fixtures / "old/b.txt").write_text("Ålesund")
    (tmp_path / "secret.txt").write_text("mine")
    return tmp_path / ".local/dev/volumes/sales/shop/landing"


@pytest.fixture
def fs(disk, tmp_path):
    return FileSystem(Volumes(tmp_path / ".local/dev", Fixtures(tmp_path / "fixtures")))


def test_ls(fs, disk):
    found = fs.ls(VOLUME)
    assert [(info.path, info.name, info.size, info.isDir()) for info in found] == [
        ("dbfs:/Volumes/sales/shop/landing/a.txt", "a.txt", 3, False),
        ("dbfs:/Volumes/sales/shop/landing/old/", "old/", 0, True),
    ]
    assert found[0].modificationTime == (disk / "a.txt").stat().st_mtime_ns // 1_000_000
    assert fs.ls(f"dbfs:{VOLUME}/old/b.txt")[0].path == "dbfs:/Volumes/sales/shop/landing/old/b.txt"


def test_head_and_put(fs, disk):
    assert fs.head(f"{VOLUME}/old/b.txt") == "Ålesund"
    assert fs.head(f"{VOLUME}/a.txt", 2) == "ab"
    assert fs.put(f"{VOLUME}/new/c.txt", "first")
    with pytest.raises(Failure, match=r"new/c\.txt exists already"):
        fs.put(f"{VOLUME}/new/c.txt", "second")
    assert (disk / "new/c.txt").read_text() == "first"
    assert fs.put(f"{VOLUME}/new/c.txt", "second", overwrite=True)
    assert [(file.name, file.read_text()) for file in (disk / "new").iterdir()] == [("c.txt", "second")]


def test_cp_mv_and_rm(fs, disk):
    assert fs.cp(f"{VOLUME}/a.txt", f"{VOLUME}/old")
    assert (disk / "old/a.txt").read_text() == (disk / "a.txt").read_text() == "abc"
    with pytest.raises(Failure, match=r"old is a folder with files in it"):
        fs.cp(f"{VOLUME}/old", f"{VOLUME}/new")
    assert not (disk / "new").exists()
    assert fs.mv(f"{VOLUME}/old", "dbfs:/kept", recurse=True)
    kept = disk.parents[3] / "dbfs/kept"
    assert sorted(file.name for file in kept.iterdir()) == ["a.txt", "b.txt"]
    assert not (disk / "old").exists()
    with pytest.raises(Failure, match="kept is a folder with files in it"):
        fs.rm("/kept")
    assert fs.rm("/kept", recurse=True)
    assert not kept.exists()
    assert fs.rm("/kept") is False


def test_mkdirs(fs, disk):
    assert fs.mkdirs(f"{VOLUME}/x/y")
    assert fs.ls(f"{VOLUME}/x")[0].name == "y/"
    assert (disk / "x/y").is_dir()


OUTSIDE = ["file:/etc/passwd", "s3://bucket/x", "x.txt", f"{VOLUME}/../../x", "dbfs:/../x", "/Volumes/../a/b/c"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_touched(fs, tmp_path, path):
    fs.ls(VOLUME)
    before = sorted(tmp_path.rglob("*"))
    calls = [
        fs.ls,
        fs.head,
        fs.rm,
        fs.mkdirs,
        lambda place: fs.put(place, "x"),
        lambda place: fs.cp(f"{VOLUME}/a.txt", place),
    ]
    for call in calls:
        with pytest.raises(Failure, match=r"is no path of a workspace|climbs out of its volume"):
            call(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_out_of_a_volume_is_refused(fs, disk, tmp_path):
    fs.ls(VOLUME)
    (disk / "way").symlink_to(tmp_path)
    for call in (fs.head, fs.rm):
        with pytest.raises(Failure, match="is a link out of its volume"):
            call(f"{VOLUME}/way/secret.txt")
    assert (tmp_path / "secret.txt").read_text() == "mine"


def test_what_is_not_there_is_named(fs):
    with pytest.raises(Failure, match=r"there is no file or folder /Volumes/Sales/shop/landing/none"):
        fs.ls(f"{VOLUME}/none")
