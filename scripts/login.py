"""`just login`: signs in to a target's workspace, as a profile of the Databricks CLI."""

import argparse
import sys

from local_runner.bundle import ResolvedBundle, resolve
from local_runner.bundle.tree import get
from local_runner.diagnostics import fail
from scripts.bundle_files import bundle_root
from scripts.checks.placeholders import is_placeholder
from scripts.databricks_cli import databricks
from scripts.edge import run
from scripts.profiles import config_file, profiles_of


def main() -> None:
    parser = argparse.ArgumentParser(prog="login", description=__doc__, allow_abbrev=False)
    parser.add_argument("target", nargs="?", default="dev", help="the target whose workspace to sign in to (default: dev)")
    parser.add_argument("--profile", help="the profile to sign in as (default: the one for the target's host, or a new one)")
    options = parser.parse_args()

    root, target = bundle_root(), options.target
    bundle = resolve(root, target)
    host = get(bundle.config, "workspace", "host")
    at = bundle.location("workspace", "host")
    if not host:
        # Else an error elsewhere in the bundle is no reason not to sign in.
        bundle.raise_for_errors()
        raise fail(f"the target {target} names no workspace", "Write its address as workspace.host.", at)
    if is_placeholder(host):
        raise fail(f"the host {host} is a placeholder", f"Write the address of {target}'s workspace in its place.", at)
    profile = options.profile or get(bundle.config, "workspace", "profile") or _profile(bundle)
    print(f"Signing in to {host} as the profile {profile}")
    databricks(root, ["auth", "login", "--host", host, "--profile", profile])


def _profile(bundle: ResolvedBundle) -> str:
    """The one profile for the target's host, or a new one. Raises Failure where there are several."""
    profiles = profiles_of(bundle)
    if len(profiles) > 1:
        remedy = f"Remove all but one from {config_file()}, or name one: just login {bundle.target} --profile {profiles[0]}"
        raise fail(f"the host of {bundle.target} has several profiles: {', '.join(profiles)}", remedy)
    return profiles[0] if profiles else f"{get(bundle.config, 'bundle', 'name')}-{bundle.target}"


if __name__ == "__main__":
    sys.exit(run(main))
