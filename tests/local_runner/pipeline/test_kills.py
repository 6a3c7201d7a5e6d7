"""Kill -9 at random moments: every table stays readable, and the next run has lost and doubled nothing.

Takes minutes, so `just test` leaves it out; `just test-kills` runs it, with as many kills of each kind as KILLS says.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from local_runner.bundle import resolve
from local_runner.pipeline.run import run_pipeline
from local_runner.spark import connect, stop
from local_runner.spark.server import use_server
from local_runner.tables import TableStore
from local_runner.tables.rows import rows

pytestmark = [pytest.mark.kills, pytest.mark.spark]

KILLS = int(os.environ.get("KILLS", "30"))
SEED = 20_261_123
BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    shop:
      name: shop
      catalog: sales
      schema: shop
      libraries: [{glob: {include: src/**}}]
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""
SOURCE = """
from pyspark import pipelines as dp
from pyspark.sql import functions as F

@dp.table
def raw():
    return spark.readStream.schema("id int, kind string").json("/Volumes/sales/shop/landing")

@dp.table
def kept():
    return spark.readStream.table("raw").where("kind <> 'a'")

@dp.materialized_view
def totals():
    return spark.read.table("raw").groupBy("kind").agg(F.count("*").alias("n"), F.sum("id").alias("sum"))

dp.create_streaming_table("history")
dp.create_auto_cdc_flow("history", "raw", ["kind"], "id", stored_as_scd_type=2)

dp.create_streaming_table("states")
dp.create_auto_cdc_from_snapshot_flow("states", "totals", ["kind"], stored_as_scd_type=2)

dp.create_sink("out", "json", {"path": "/Volumes/sales/shop/outbox"})

@dp.append_flow(target="out")
def to_out():
    return spark.readStream.table("raw").select("id")
"""
# A dataset that only every other run defines.
SOMETIMES = """
from pyspark import pipelines as dp

@dp.table
def sometimes():
    return spark.readStream.table("raw")
"""


class Shop:
    """A bundle that grows by one file before each run, and what its tables must then hold, by plain Python."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.landed: list[tuple[int, str]] = []
        # What `sometimes` held after the last whole run that defined it, and what `totals` may have held after any.
        self.kept: list[tuple] = []
        self.totals: set[tuple] = set()
        (root / "databricks.yml").write_text(BUNDLE)
        (root / "src").mkdir()
        (root / "src" / "shop.py").write_text(SOURCE)

    def land(self) -> None:
        first = len(self.landed)
        records = [(id, "abc"[id % 3]) for id in range(first, first + 20)]
        folder = self.root / "fixtures" / "sales" / "shop" / "landing"
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps({"id": id, "kind": kind}) + "\n" for id, kind in records)
        (folder / f"{first:06}.json").write_text(text)
        self.landed += records
        self.totals.update(self.totals_now())
        if self.sometimes.exists():
            self.sometimes.unlink()
        else:
            self.sometimes.write_text(SOMETIMES)

    def totals_now(self) -> list[tuple]:
        kinds = Counter(kind for _, kind in self.landed)
        sums = {kind: sum(id for id, other in self.landed if other == kind) for kind in kinds}
        return sorted((kind, kinds[kind], sums[kind]) for kind in kinds)

    @property
    def sometimes(self) -> Path:
        return self.root / "src" / "sometimes.py"

    @property
    def store(self) -> TableStore:
        return TableStore(self.root / ".local" / "dev")

    def rows(self, table: str) -> list[tuple]:
        found = rows(self.store, self.store.lookup(table))
        return sorted((tuple(row.values()) for row in found), key=lambda row: row[:3])

    def assert_complete(self) -> None:
        assert self.rows("raw") == sorted(self.landed)
        assert self.rows("kept") == sorted(record for record in self.landed if record[1] != "a")
        assert self.rows("totals") == self.totals_now()
        self.assert_states()
        assert sorted(row[:3] for row in self.rows("states") if row[4] is None) == self.totals_now()
        if self.sometimes.exists():
            self.kept = sorted(self.landed)
        assert self.rows("sometimes") == self.kept
        assert self.store.lookup("sometimes").active is self.sometimes.exists()
        last = {kind: max(id for id, other in self.landed if other == kind) for kind in "abc"}
        ends = [(id, kind, id, None if id == last[kind] else id + 3) for id, kind in self.landed]
        assert self.rows("history") == sorted(ends, key=lambda row: row[0])
        assert self.sunk() == [id for id, _ in sorted(self.landed)]

    def assert_states(self) -> None:
        """Each state is one that `totals` has had, and each kind's follow one another without a gap."""
        states = self.rows("states")
        assert {row[:3] for row in states} <= self.totals
        for kind in "abc":
            of_kind = sorted((row for row in states if row[0] == kind), key=lambda row: row[3])
            assert [row[4] for row in of_kind] == [*(row[3] for row in of_kind[1:]), None]
            assert len({row[:3] for row in of_kind}) == len(of_kind)

    def sunk(self) -> list[int]:
        folder = self.root / ".local" / "dev" / "volumes" / "sales" / "shop" / "outbox"
        return sorted(json.loads(line)["id"] for file in folder.glob("*.json") for line in file.read_text().splitlines())

    def assert_readable(self) -> None:
        """What is there is a part of what landed, each row once; a materialized view is one that some run has made."""
        raw = self.rows("raw")
        assert len(raw) == len(set(raw))
        assert set(raw) <= set(self.landed)
        assert set(self.rows("kept")) <= set(self.landed)
        assert self.sunk() == sorted(set(self.sunk()))
        assert [row[:2] for row in self.rows("history")] in (sorted(self.landed[:-20]), sorted(self.landed))
        count = sum(n for _, n, _ in self.rows("totals"))
        assert count in (len(self.landed) - 20, len(self.landed))
        self.assert_states()
        sometimes = self.rows("sometimes")
        assert len(sometimes) == len(set(sometimes))
        assert set(self.kept) <= set(sometimes) <= set(self.landed)


def run_once(root: Path) -> None:
    bundle = resolve(root)
    result = run_pipeline(bundle, "shop", connect(root))
    raise SystemExit(0 if result.ok else 1)


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.BaseContext:
    """Starts runners that have Spark's client imported: the moments are then those of a run, not of an import."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pyspark.sql.connect.session", "local_runner.pipeline.run", "local_runner.spark"])
    return context


@pytest.fixture
def shop(tmp_path: Path):
    shop = Shop(tmp_path)
    yield shop
    stop(tmp_path)


def start(processes, shop: Shop):
    process = processes.Process(target=run_once, args=[shop.root])
    process.start()
    return process


def run_to_its_end(processes, shop: Shop) -> float:
    started = time.monotonic()
    process = start(processes, shop)
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - started


def test_a_killed_runner_loses_and_doubles_nothing(processes, shop):
    moments = random.Random(SEED)  # noqa: S311 - moments, no secrets
    shop.land()
    run_to_its_end(processes, shop)
    seconds = run_to_its_end(processes, shop)
    shop.assert_complete()
    for _ in range(KILLS):
        shop.land()
        runner = start(processes, shop)
        runner.join(moments.uniform(0, 1.2 * seconds))
        runner.kill()
        runner.join()
        shop.assert_readable()
        run_to_its_end(processes, shop)
        shop.assert_complete()


def test_a_killed_server_loses_and_doubles_nothing(processes, shop):
    moments = random.Random(SEED + 1)  # noqa: S311 - moments, no secrets
    shop.land()
    run_to_its_end(processes, shop)
    seconds = run_to_its_end(processes, shop)
    shop.assert_complete()
    for _ in range(KILLS):
        shop.land()
        server = use_server(shop.root)
        runner = start(processes, shop)
        runner.join(moments.uniform(0, 1.2 * seconds))
        os.kill(server.pid, signal.SIGKILL)
        runner.join()
        shop.assert_readable()
        run_to_its_end(processes, shop)
        shop.assert_complete()
