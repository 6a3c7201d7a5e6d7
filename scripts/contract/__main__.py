"""`just contract`: holds the final tables' columns against what is recorded of them."""

import argparse
import os
import sys
from pathlib import Path

from local_runner.bundle import resolve
from local_runner.diagnostics import did_you_mean, fail
from scripts.bundle_files import bundle_root
from scripts.contract import files
from scripts.contract.compare import compare
from scripts.contract.dry_run import dry_run, final_tables, pipelines
from scripts.contract.tables import Tables
from scripts.edge import run
from scripts.findings import as_annotations, as_json, as_text, merged


def main() -> int:
    """Check the contracts, or record them; 1 where one is broken."""
    parser = argparse.ArgumentParser(prog="contract", description=__doc__, allow_abbrev=False)
    parser.add_argument("domains", nargs="*", metavar="domain", help="only these domains (default: all)")
    parser.add_argument("--update", action="store_true", help="record what the code makes now")
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text", help="for people, or for machines")
    arguments = parser.parse_args()
    if arguments.update and arguments.output == "json":
        parser.error("--update says what it writes in words only: leave out --output json")

    root = bundle_root()
    recorded, found = tables_of(root, set(arguments.domains))
    if arguments.update:
        return record(root, recorded, found)
    return check(root, recorded, found, arguments.output)


def tables_of(root: Path, domains: set[str]) -> tuple[list[str], dict[str, Tables]]:
    """The pairs of `domains` (of all where none is named) that have a contract, and the final tables that the code makes.

    Raises Failure for a domain that has neither, and where a pipeline does not work.
    """
    bundle = resolve(root).raise_for_errors()
    makers, recorded = pipelines(bundle), files.pairs(root)
    every = {pair.partition("/")[0] for pair in [*recorded, *(pair for made in makers.values() for pair in made)]}
    for domain in sorted(domains - every):
        remedy = did_you_mean(domain, every, f"The domains are: {', '.join(sorted(every)) or 'none'}.")
        raise fail(f"no final table belongs to a domain named {domain}", remedy)

    def is_meant(pair: str) -> bool:
        return not domains or pair.partition("/")[0] in domains

    datasets = dry_run(root, [key for key, made in makers.items() if any(map(is_meant, made))])
    found = final_tables(datasets, root)
    return list(filter(is_meant, recorded)), {pair: tables for pair, tables in found.items() if is_meant(pair)}


def record(root: Path, recorded: list[str], found: dict[str, Tables]) -> int:
    """Write the contract of each pair in `found`; remove those of `recorded` that have no final table left."""
    changed = [pair for pair in sorted({*recorded, *found}) if files.write(root, pair, found.get(pair, {}))]
    for pair in changed:
        print(f"{'Recorded' if pair in found else 'Removed'} {files.file_of(root, pair).relative_to(root)}")
    if not changed:
        print("Nothing has changed")
    return 0


def check(root: Path, recorded: list[str], found: dict[str, Tables], output: str) -> int:
    """Print the differences; 1 where one breaks a contract."""
    contracts = {pair: files.read(root, pair) for pair in recorded}
    different = [
        difference
        for pair in sorted({*contracts, *found})
        for difference in compare(pair, contracts.get(pair, {}), found.get(pair, {}))
    ]
    findings = merged({"": different}, Path.cwd())
    if output == "json":
        print(as_json([], findings))
    else:
        print((as_annotations if os.environ.get("GITHUB_ACTIONS") == "true" else as_text)([], findings))
    return 1 if any(finding.is_error for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(run(main))
