"""`just affected`: which domains and resources a change touches, and why."""

import argparse
import json
import sys
from itertools import groupby

from scripts.affected.change import Change, change_since
from scripts.affected.compare import Touched
from scripts.bundle_files import bundle_root
from scripts.edge import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="affected", description=__doc__, allow_abbrev=False)
    parser.add_argument("base", nargs="?", help="the commit to compare with (default: what was last deployed to the target)")
    parser.add_argument("--target", "-t", default="dev", help="the target to resolve for (default: dev)")
    parser.add_argument("--output", "-o", choices=("text", "json"), default="text", help="for people, or for machines")
    arguments = parser.parse_args()

    change = change_since(bundle_root(), arguments.target, arguments.base)
    print(as_json(change) if arguments.output == "json" else as_text(change))


def as_text(change: Change) -> str:
    """A line for each pair and reason, its resources below; then a count."""
    lines = []
    for (pair, reasons), group in groupby(_by_pair(change), lambda touched: (touched.pair, touched.reasons)):
        lines += [f"{pair}: {'; '.join(reasons)}", *(f"    {touched.key}" for touched in group)]
    since = f"since {change.base[:10]}" if change.base else "for the first deployment"
    domains = len(change.domains)
    counts = f"{domains} domain{'' if domains == 1 else 's'}, {len(change.touched)} of {len(change.resources)} resources"
    return "\n".join([*lines, f"{counts} touched on {change.target} {since}"])


def as_json(change: Change) -> str:
    """`{"target", "base", "domains": [{"domain", "resources": [{"key", "source", "reasons", "gone"}]}]}`."""
    domains = [
        {
            "domain": domain,
            "resources": [
                {"key": one.key, "source": one.source, "reasons": one.reasons, "gone": one.is_gone} for one in group
            ],
        }
        for domain, group in groupby(change.touched, lambda touched: touched.domain)
    ]
    return json.dumps({"target": change.target, "base": change.base, "domains": domains}, indent=2, ensure_ascii=False)


def _by_pair(change: Change) -> list[Touched]:
    """Those that say what changed before those that only run them."""
    runs_only = {one: all(reason.startswith("runs ") for reason in one.reasons) for one in change.touched}
    return sorted(change.touched, key=lambda one: (one.domain, one.source, runs_only[one], one.reasons, one.key))


if __name__ == "__main__":
    sys.exit(run(main))
