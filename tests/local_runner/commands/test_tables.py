"""`tables` and `show`: what local runs have made, without Spark."""

import json
import sys
from datetime import datetime, timezone

import pytest

from local_runner.tables import TableStore
from tests.local_runner.commands.conftest import ORDERS, UPDATED


def test_every_kind_of_table_is_listed(bundle):
    bundle.store("sales.shop.orders", "streaming table", comment="What was ordered")
    bundle.store("sales.`of old`.totals", "materialized view")
    bundle.store("archive.shop.people", "Auto CDC target")
    bundle.store("sales.shop.elsewhere", "streaming table", target="prod")
    found = bundle.json("tables")
    assert [(one["name"], one["kind"], one["comment"]) for one in found] == [
        ("archive.shop.people", "Auto CDC target", None),
        ("sales.of old.totals", "materialized view", None),
        ("sales.shop.orders", "streaming table", "What was ordered"),
    ]
    assert {(one["rows"], one["pipeline"]) for one in found} == {(3, "shop")}
    moments = {datetime.fromisoformat(one["updated"]).astimezone(timezone.utc) for one in found}
    assert moments == {datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)}
    assert [one["name"] for one in bundle.json("tables", "--target", "prod")] == ["sales.shop.elsewhere"]


def test_a_table_that_is_no_longer_defined_is_inactive_and_shown(bundle):
    bundle.store("sales.shop.orders", "streaming table")
    bundle.store("sales.shop.people", "streaming table")
    store = TableStore(bundle.root / ".local/dev")
    store.mark(store.lookup("orders"), active=False)
    found = bundle.json("tables")
    assert [(one["name"], one["state"]) for one in found] == [
        ("sales.shop.orders", "inactive"),
        ("sales.shop.people", "active"),
    ]
    assert found[0]["updated"] == found[1]["updated"]
    assert bundle.json("show", "people") == ORDERS
    code, out, err = bundle("show", "orders", "-o", "json")
    assert (code, [json.loads(line)["id"] for line in out.splitlines()]) == (0, [1, 2, 3])
    assert err == (
        "Warning: sales.shop.orders is inactive: the pipeline shop no longer defines it\n"
        f"  Its rows are of {datetime.fromtimestamp(UPDATED):%Y-%m-%d %H:%M:%S}\n"
    )


def test_the_list_as_a_table(bundle):
    assert bundle("tables") == (0, "No run has made a table of target dev\n", "")
    bundle.store("sales.shop.orders", "streaming table")
    code, out, _ = bundle("tables")
    assert (code, out.splitlines()[0]) == (0, "Tables of target dev")
    assert "sales.shop.orders" in out


def test_show_prints_the_rows_of_the_default_target(bundle):
    bundle.store("sales.shop.orders", "Auto CDC target")
    assert bundle.json("show", "orders") == ORDERS
    assert bundle.json("show", "SHOP.orders", "--limit", "1") == ORDERS[:1]
    assert bundle.json("show", "SHOP.orders", "--limit", "0") == []
    assert "10.50" not in bundle("show", "orders", "--limit", "0")[1]
    with pytest.raises(SystemExit, match="2"):
        bundle("show", "orders", "--limit", "-1")
    code, out, _ = bundle("show", "sales.shop.orders")
    assert code == 0
    assert "sales.shop.orders" in out
    assert "10.50" in out


def test_a_table_that_is_not_there(bundle):
    bundle.store("sales.shop.orders", "streaming table")
    bundle.store("archive.shop.orders", "streaming table")
    assert bundle("show", "order") == (1, "", "Error: no table named order\n  Did you mean sales.shop.orders?\n")
    assert bundle("show", "orders")[2] == (
        "Error: 2 tables are called orders\n  Say which:\n  archive.shop.orders\n  sales.shop.orders\n"
    )
    assert bundle("show", "orders", "--target", "prod")[2] == (
        "Error: target prod has no table named orders, and target dev has one\n  Show that one: --target dev\n"
    )
    code, _, error = bundle("show", "orders", "--target", "prdo")
    assert code == 1
    assert "no target named prdo\n  Did you mean prod? The targets are: prod, dev." in error


def test_of_two_tables_of_one_name_the_one_where_the_bundle_writes_is_meant(bundle):
    bundle.store("dev_sales.ann_shop.orders", "streaming table")
    bundle.store("dev_sales.bob_shop.orders", "materialized view")
    written = bundle.root / "databricks.yml"
    pipeline = 'resources: {pipelines: {shop: {name: shop, catalog: "${var.catalog}sales", schema: Bob_shop}}}\n'
    written.write_text(written.read_text() + pipeline)
    for name in ("orders", "dev_sales.bob_shop.orders"):
        assert bundle("show", name, "--limit", "0")[1].splitlines()[0] == "dev_sales.bob_shop.orders"
    assert bundle("show", "ann_shop.orders", "--limit", "0")[1].splitlines()[0] == "dev_sales.ann_shop.orders"
    written.write_text(written.read_text().replace("Bob", "eve"))
    assert bundle("show", "orders")[2] == (
        "Error: 2 tables are called orders\n  Say which:\n  dev_sales.ann_shop.orders\n  dev_sales.bob_shop.orders\n"
    )


def test_neither_needs_spark(bundle):
    bundle.store("sales.shop.orders", "streaming table")
    loaded = {name for name in sys.modules if name.startswith("pyspark.sql.connect")}
    bundle.json("tables")
    bundle.json("show", "orders")
    assert {name for name in sys.modules if name.startswith("pyspark.sql.connect")} == loaded
