"""`just deploy-affected`: deploys what has changed since the last deployment to the target."""

import argparse
import sys

from scripts import git
from scripts.affected.change import change_since
from scripts.bundle_files import bundle_root
from scripts.deployment import add_options, carry_out, offer_removal, one_deployment, record
from scripts.edge import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy_affected", description=__doc__, allow_abbrev=False)
    add_options(parser)
    parser.add_argument("--full", action="store_true", help="deploy everything, and remove what is gone from the code")
    options = parser.parse_args()

    root = bundle_root()
    with one_deployment(root, options.target):
        version = git.snapshot(root)
        if options.full:
            if carry_out(root, options, None):
                record(root, options.target, version)
            return
        change = change_since(root, options.target)
        selected = [one.key for one in change.touched if not one.is_gone]
        if not selected:
            print(f"Nothing to deploy to {options.target}")
        elif carry_out(root, options, selected) and not change.gone:
            record(root, options.target, version)
        offer_removal(change.gone, options.target)


if __name__ == "__main__":
    sys.exit(run(main))
