"""What a layer may read."""

import pytest

PIPELINES = """\
resources:
  pipelines:
    sales_shop: {name: a, catalog: dev_sales, schema: ann_shop, libraries: [{glob: {include: "../src/sales/shop/**"}}]}
    sales_web: {name: b, catalog: dev_sales, schema: ann_web, libraries: [{glob: {include: "../src/sales/web/**"}}]}
    people_hr:
      name: c
      catalog: dev_people
      schema: ann_hr
      configuration: {sales_catalog: dev_sales}
      libraries: [{glob: {include: "../src/people/hr/**"}}]
"""
SHOP = "src/sales/shop/transformations"
WEB = "src/sales/web/transformations"
HR = "src/people/hr/transformations"


def dataset(name: str, reads: str) -> str:
    return f"""\
        from pyspark import pipelines as dp


        @dp.materialized_view
        def {name}():
            return spark.read.table({reads})
        """


def files(**sources: str) -> dict[str, str]:
    """A pair for each layer that reads the one before it, and `sources` beside them."""
    written = {"resources/x.yml": PIPELINES}
    for folder in (SHOP, WEB, HR):
        for layer, before in (
            ("raw", "outside.shop.landed"),
            ("base", "raw_a"),
            ("staging", "base_a"),
            ("final", "staging_a"),
        ):
            written[f"{folder}/{layer}_a.py"] = dataset(f"{layer}_a", f'"{before}"')
    return written | sources


def test_each_layer_reads_the_one_before_it(check):
    assert check(files()) == (0, "Checked dev: no errors, no warnings\n")


@pytest.mark.parametrize(
    ("name", "reads", "found"),
    [
        (
            "base_b",
            '"staging_a"',
            "the base layer reads staging_a, which is of the later layer staging\n"
            "  Move what needs staging_a to a staging_ file, or a layer after it.",
        ),
        (
            "raw_b",
            '"dev_sales.ann_web.final_a"',
            "the raw layer reads final_a, which is of the later layer final\n"
            "  Move what needs final_a to a final_ file, or a layer after it.",
        ),
    ],
)
def test_a_later_layer(check, name, reads, found):
    written = files() | {f"{SHOP}/{name}.py": dataset(name, reads)}
    assert check(written) == (1, f"Error: {SHOP}/{name}.py:6: {found}\nChecked dev: 1 error, no warnings\n")


@pytest.mark.parametrize(
    ("name", "reads", "found"),
    [
        (
            "final_b",
            '"raw_a"',
            "the final layer reads raw_a and skips base and staging\n"
            "  Read a table of the staging layer: a layer reads its own or the one before it.",
        ),
        (
            "staging_b",
            '"ann_shop.raw_a"',
            "the staging layer reads raw_a and skips base\n"
            "  Read a table of the base layer: a layer reads its own or the one before it.",
        ),
    ],
)
def test_a_layer_that_is_skipped(check, name, reads, found):
    written = files() | {f"{SHOP}/{name}.py": dataset(name, reads)}
    assert check(written) == (0, f"Warning: {SHOP}/{name}.py:6: {found}\nChecked dev: no errors, 1 warning\n")


@pytest.mark.parametrize(
    ("reads", "table", "layer"),
    [
        ('"dev_sales.ann_shop.raw_a"', "raw_a", "raw"),
        ('"dev_sales.ann_shop.staging_a"', "staging_a", "staging"),
        # The domain's catalog in another target, and a table that no pipeline here writes.
        ('"sales.shop.staging_orders"', "staging_orders", "staging"),
        ("f\"{spark.conf.get('sales_catalog')}.ann_shop.raw_a\"", "raw_a", "raw"),
    ],
)
def test_another_domains_own_tables(check, reads, table, layer):
    written = files() | {f"{HR}/base_b.py": dataset("base_b", reads)}
    expected = f"""\
Error: {HR}/base_b.py:6: people reads {table}, which is of the {layer} layer of sales
  Read a base or final table of sales: its raw and staging tables are its own.
Checked dev: 1 error, no warnings
"""
    assert check(written) == (1, expected)


@pytest.mark.parametrize(
    "reads",
    ['"dev_sales.ann_shop.final_a"', '"dev_sales.ann_shop.base_a"', '"elsewhere.s.raw_a"', "name", "f'{catalog}.s.raw_a'"],
)
def test_what_a_domain_may_read_of_others(check, reads):
    assert check(files() | {f"{HR}/raw_b.py": dataset("raw_b", reads)}) == (0, "Checked dev: no errors, no warnings\n")
