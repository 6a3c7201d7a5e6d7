"""`just deploy-domain`: deploys the resources of one domain."""

import argparse
import sys
from collections.abc import Mapping

from local_runner.diagnostics import did_you_mean, fail
from scripts import git
from scripts.affected.change import change_since
from scripts.bundle_files import bundle_root
from scripts.deployment import add_options, carry_out, offer_removal, one_deployment, record
from scripts.edge import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy_domain", description=__doc__, allow_abbrev=False)
    parser.add_argument("domain", help="the domain to deploy")
    add_options(parser)
    options = parser.parse_args()

    root = bundle_root()
    with one_deployment(root, options.target):
        version = git.snapshot(root)
        change = change_since(root, options.target)
        selected = _resources_of(options.domain, change.resources)
        if others := [domain for domain in change.domains if domain != options.domain]:
            # Databricks runs code from the uploaded files, and these are uploaded whole.
            print(f"Not in this deployment, but for their code, which is uploaded with all files: {', '.join(others)}")
        if carry_out(root, options, selected) and not others and not change.gone:
            record(root, options.target, version)
        offer_removal(change.gone, options.target)


def _resources_of(domain: str, domains: Mapping[str, str]) -> list[str]:
    """The keys of the resources of `domain`, where `domains` has the domain of each. Raises Failure where it has none."""
    if found := [key for key, of in domains.items() if of == domain]:
        return found
    known = sorted({of for of in domains.values() if of})
    remedy = did_you_mean(domain, known, f"The domains are: {', '.join(known) or 'none'}.")
    raise fail(f"no resource belongs to a domain named {domain}", remedy)


if __name__ == "__main__":
    sys.exit(run(main))
