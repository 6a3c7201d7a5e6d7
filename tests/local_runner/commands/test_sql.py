"""`sql`: a query over stored tables and fixtures."""

from decimal import Decimal

import pytest

from local_runner.tables import TableStore
from tests.local_runner.commands.conftest import ORDERS


@pytest.fixture
def shop(bundle, shared_spark):
    fixture = bundle.root / "fixtures" / "samples" / "taxi" / "trips.csv"
    fixture.parent.mkdir(parents=True)
    fixture.write_text("id,fare\n1,2.5\n2,\n")
    (fixture.parent / "totals.json").write_text('{"id": 9}')
    bundle.store("dev_sales.shop.orders", "streaming table")
    bundle.store("dev_sales.shop.totals", "Auto CDC target")
    return bundle


def test_rows_by_every_form_of_a_name(shop):
    for name in ("orders", "shop.orders", "dev_sales.shop.orders", "DEV_sales.`shop`.Orders"):
        assert shop.json("sql", f"FROM {name} ORDER BY id") == ORDERS


def test_the_table_of_a_run_goes_before_a_fixture_also_without_the_targets_prefix(shop):
    databricks = shop.root / "databricks.yml"
    databricks.write_text(databricks.read_text().replace("variables: {c", "variables: {schema: {default: Me_}, c", 1))
    folder = shop.root / "fixtures" / "sales" / "mall"
    folder.mkdir(parents=True)
    (folder / "bills.csv").write_text("id\n7\n")
    names = ["bills", "mall.bills", "sales.mall.bills", "dev_sales.me_mall.bills"]
    assert [shop.json("sql", f"from {name}") for name in names] == [[{"id": 7}]] * 4
    shop.store("dev_sales.me_mall.bills", "materialized view")
    told = "Warning: {} is dev_sales.me_mall.bills in target dev\n  Its rows are those that a run has made\n"
    joined = "select a.* from bills a join bills b on a.id = b.id where b.id = 1"
    for name, warning in zip(names, ["", told, told, ""], strict=True):
        code, out, err = shop("sql", joined.replace("bills", name), "-o", "json")
        assert (code, out, err) == (0, '{"id": 1, "price": 10.50, "note": "a"}\n', warning.format(name))
    assert shop("show", "sales.mall.bills", "--limit", "0")[2] == told.format("sales.mall.bills")


def test_a_join_of_tables_and_a_fixture(shop):
    query = """
        WITH paid AS (SELECT id, price FROM orders WHERE price > 0)
        SELECT paid.id, sum(price) AS price, max(trips.fare) AS fare, count(t.id) AS n
        FROM paid JOIN trips ON trips.id = paid.id JOIN samples.taxi.trips t ON t.id = paid.id JOIN totals USING (id)
        GROUP BY paid.id ORDER BY paid.id DESC
    """.replace("sum(price)", "sum(paid.price)")
    assert shop.json("sql", query) == [
        {"id": 2, "price": Decimal("0.25"), "fare": None, "n": 1},
        {"id": 1, "price": Decimal("10.50"), "fare": Decimal("2.5"), "n": 1},
    ]


def test_a_table_that_is_no_longer_defined_gives_its_rows_and_a_warning(shop):
    store = TableStore(shop.root / ".local/dev")
    store.mark(store.lookup("orders"), active=False)
    for query in ("select max(id) as col_name from orders", "describe orders"):
        code, out, err = shop("sql", query, "-o", "json")
        assert (code, '"col_name": ' in out) == (0, True)
        assert err.startswith("Warning: dev_sales.shop.orders is inactive: the pipeline shop no longer defines it\n")


def test_the_columns_of_a_table_or_a_fixture(shop):
    expected = [("id", "int"), ("price", "decimal(10,2)"), ("note", "string")]
    for query in ("describe orders", "DESC TABLE EXTENDED dev_sales.`shop`.orders;"):
        assert shop.json("sql", query) == [
            {"col_name": name, "data_type": type_, "comment": None} for name, type_ in expected
        ]
    assert [row["col_name"] for row in shop.json("sql", "DESCRIBE trips")] == ["id", "fare"]


def test_a_fixture_with_the_column_in_which_spark_keeps_corrupt_records(shop):
    folder = shop.root / "fixtures" / "samples" / "taxi"
    (folder / "landed.csv").write_text("id,_corrupt_record\n1,\n2,oops\n")
    (folder / "events.jsonl").write_text('{"id": 1}\n{"id": 2, "_corrupt_record": "oops"}\n')
    expected = [{"id": 1, "_corrupt_record": None}, {"id": 2, "_corrupt_record": "oops"}]
    for table in ("landed", "events"):
        assert shop.json("sql", f"from {table} order by id") == expected


def test_a_map_is_a_json_object(shop):
    query = "SELECT map('a', 1, 'b', NULL) AS m, map(date'2025-03-01', 1) AS d"
    assert shop.json("sql", query) == [{"m": {"a": 1, "b": None}, "d": {"2025-03-01": 1}}]
    # What cannot be the name of a value in JSON.
    assert shop.json("sql", "SELECT map(named_struct('a', 1), 2) AS s") == [{"s": [[{"a": 1}, 2]]}]
    assert '{"2025-03-01": 1}' in shop("sql", "SELECT map(date'2025-03-01', 1) AS d")[1]


def test_the_first_rows_as_a_table(shop):
    code, out, _ = shop("sql", "SELECT 'x' || id AS n FROM range(1, 251)")
    assert (code, out.splitlines()[0].strip()) == (0, "The first 100 rows")
    assert ("x100" in out, "x101" in out) == (True, False)
    assert shop("sql", "SELECT 1 AS a WHERE false")[1].splitlines()[0].strip() == "0 rows"


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT nope FROM orders", "this query does not work\n  [UNRESOLVED_COLUMN.WITH_SUGGESTION]"),
        ("SELECT * FROM ordrs", "no table named ordrs\n  Did you mean dev_sales.shop.orders?"),
        ("SELECT * FROM sales.mall.orders", "there is no table sales.mall.orders\n  Run the pipeline"),
        ("SELECT * FROM STREAM(orders)", "STREAM `orders` has no end: it cannot be shown"),
        ("SELECT 1 AS a, 2 AS a", "a is the name of two columns"),
        ("DROP TABLE orders", "this is no query: DROP TABLE orders\n"),
        ("SELECT 1; SELECT 2", "these are 2 statements\n  Run them one by one"),
        (" ; -- nothing", "there is no query\n  Write one"),
        ("show tables", "SHOW TABLES is not supported\n  `just tables` lists"),
        ("SELECT *\nFROM orders WHERE", "line 2: this SQL cannot be parsed\n  Something is missing after WHERE\n"),
        ("SELECT 'x", "line 1: a quote or a comment is not closed"),
        ("DESCRIBE ordrs", "no table named ordrs\n  Did you mean dev_sales.shop.orders?"),
        ("EXPLAIN SELECT 1 AS a", "this is no query: EXPLAIN SELECT 1 …"),
        ("SELECT 1 / 0", "this query does not work\n  [DIVIDE_BY_ZERO]"),
    ],
)
def test_a_query_that_does_not_work(shop, query, error):
    code, out, err = shop("sql", query)
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: {error}")
    assert len(err.splitlines()) <= 5
