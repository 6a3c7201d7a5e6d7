"""`just contract`: which pipelines it asks, what it prints and writes, and the contracts of this bundle itself."""

import json
from dataclasses import asdict

import pytest

from local_runner.bundle import resolve
from scripts.contract import files
from scripts.contract.compare import compare
from scripts.contract.dry_run import final_tables, pair_of, pipelines
from tests.bundle_copy import ROOT, copy_bundle

FINAL = "src/finance/stripe/transformations/final_payments.py"
CONTRACT = "contracts/finance/stripe.yml"


@pytest.mark.parametrize(
    ("file", "pair"),
    [
        ("src/sales/shop/transformations/final_orders.py", "sales/shop"),
        ("src/sales/shop/transformations/a/final_orders.sql", "sales/shop"),
        ("src/sales/shop/transformations/base_orders.py", None),
        ("src/sales/shop/final_orders.py", None),
        ("src/common/final_orders.py", None),
        ("../elsewhere/final_orders.py", None),
    ],
)
def test_the_place_of_a_file_says_whose_final_table_it_defines(tmp_path, file, pair):
    assert pair_of(tmp_path.parent / file[3:] if file.startswith("..") else tmp_path / file, tmp_path) == pair


def dataset(name, file, **more):
    described = {"name": name, "kind": "materialized view", "private": False, "not_null": [], "columns": {"id": "int"}}
    return described | {"location": {"file": file, "line": 3, "column": 0}} | more


def test_published_tables_of_final_files_are_what_is_recorded(tmp_path):
    final, base = (f"{tmp_path}/src/sales/shop/transformations/{layer}_orders.py" for layer in ("final", "base"))
    datasets = [
        dataset("final_orders", final, columns={"id": "int", "at": "struct<on:date>"}, not_null=["id"]),
        dataset("base_orders", base),
        dataset("final_orders_unique", final, private=True),
        dataset("final_view", final, kind="temporary view"),
        dataset("final_files", final, kind="sink"),
    ]
    (tables,) = final_tables(datasets, tmp_path).values()
    assert {name: {column: of.type for column, of in table.columns.items()} for name, table in tables.items()} == {
        "final_orders": {"id": "int not null", "at": "struct", "at.on": "date"}
    }


@pytest.mark.spark
def test_no_contract_of_this_bundle_is_broken(tmp_path, spark):
    """And none is missing of the two pairs that the bundle comes with."""
    from local_runner.pipeline.run import Selection, run_pipeline

    root = copy_bundle(tmp_path / "bundle")
    bundle, recorded = resolve(root), files.pairs(ROOT)
    assert {"finance/stripe", "crm/hubspot"} <= set(recorded)
    datasets = []
    for key, made in pipelines(bundle).items():
        if made & set(recorded):
            result = run_pipeline(bundle, key, spark, Selection(dry_run=True))
            datasets += [json.loads(json.dumps(asdict(one), default=str)) for one in result.datasets]
    found = final_tables(datasets, root)
    broken = [one for pair in recorded for one in compare(pair, files.read(ROOT, pair), found.get(pair, {}))]
    assert [str(one) for one in broken if one.severity.value == "error"] == []


@pytest.mark.slow
@pytest.mark.spark
def test_the_command(tmp_path, run_module, monkeypatch):
    """With a Spark server of its own, as a person runs it."""
    from local_runner.spark import stop

    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("CI", raising=False)
    root = copy_bundle(tmp_path / "bundle")

    def contract(*arguments):
        done = run_module("scripts.contract", *arguments, cwd=root)
        return done.returncode, done.stdout, done.stderr

    def replace(before, after):
        source = root / FINAL
        assert before in source.read_text()
        source.write_text(source.read_text().replace(before, after))

    try:
        assert contract("finance", "--update") == (0, f"Recorded {CONTRACT}\n", "")
        assert (root / CONTRACT).read_bytes() == (ROOT / CONTRACT).read_bytes()

        replace('"transaction_count")', '"transaction_count"), F.max("amount").alias("largest")')
        code, said, _ = contract("finance")
        added = f"Warning: {CONTRACT}:2: final_payment_summary has a new column largest, decimal(18,2)\n"
        assert (code, said.startswith(added)) == (0, True)

        replace('F.sum("amount").alias("total_amount")', 'F.sum("amount").cast("double").alias("total_amount")')
        code, said, _ = contract("finance")
        assert code == 1
        words = "final_payment_summary.total_amount is double now; recorded is decimal(28,2)"
        assert said.startswith(f"Error: {CONTRACT}:4: {words}\n")
        assert said.endswith("1 error, 1 warning\n")

        replace('groupBy("currency")', 'groupBy("curency")')
        before = (root / CONTRACT).read_bytes()
        code, said, problem = contract("finance", "--update")
        assert (code, said) == (1, "")
        assert problem.startswith(f"Error: {FINAL}:")
        assert "the query of final_payment_summary does not work" in problem
        assert (root / CONTRACT).read_bytes() == before

        code, said, problem = contract("finanse")
        assert (code, said) == (1, "")
        assert problem == "Error: no final table belongs to a domain named finanse\n  Did you mean finance?\n"
    finally:
        stop(root)


def test_a_contract_goes_with_its_last_final_table(tmp_path, run_module):
    (tmp_path / "databricks.yml").write_text(
        "bundle: {name: shop}\ntargets: {dev: {default: true, workspace: {host: https://example.com}}}\n"
    )
    contract = tmp_path / "contracts/sales/shop.yml"
    contract.parent.mkdir(parents=True)
    contract.write_text("final_orders:\n  id: int\n")
    done = run_module("scripts.contract", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("Error: contracts/sales/shop.yml:1: sales/shop no longer makes final_orders\n")
    done = run_module("scripts.contract", "-o", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["file"], error["line"]) == ("contracts/sales/shop.yml", 1)
    assert error["summary"] == "sales/shop no longer makes final_orders"
    assert run_module("scripts.contract", "-o", "json", "--update", cwd=tmp_path).returncode == 2
    done = run_module("scripts.contract", "--update", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "Removed contracts/sales/shop.yml\n")
    assert not contract.exists()
    assert run_module("scripts.contract", "--nothing", cwd=tmp_path).returncode == 2
