"""`%pip install`: a local run installs nothing; it makes sure that what a notebook asks for is there."""

import re
import shlex
from importlib.metadata import PackageNotFoundError, version

from local_runner.diagnostics import Location, fail

_FLAGS = {"-q", "--quiet", "-U", "--upgrade", "--no-cache-dir", "--disable-pip-version-check"}
_MAGIC = re.compile(r"^\s*%pip\s+", re.MULTILINE)


def check_pip(command: str, location: Location) -> None:
    """Hold each requirement of a cell's `%pip` commands (the first one's `%pip` left off) against this environment.

    Raises Failure for one that is not met, and for what could not be checked: another verb than install, a file, an URL.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    for line in _MAGIC.sub("", command).splitlines():
        verb, *arguments = shlex.split(line, comments=True) or ["install"]
        if verb != "install":
            raise fail(f"%pip {verb} is not supported in local runs", "Take the line out", location)
        for argument in arguments:
            if argument in _FLAGS:
                continue
            try:
                requirement = Requirement(argument)
            except InvalidRequirement:
                raise fail(
                    f"%pip install {argument} is not supported in local runs",
                    "Name packages, each with its version where that matters",
                    location,
                ) from None
            _check(requirement, location)


def _check(requirement, location: Location) -> None:
    if requirement.marker and not requirement.marker.evaluate():
        return
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        raise fail(f"{requirement.name} is not installed", f"Install it here: uv add '{requirement}'", location) from None
    if not requirement.specifier.contains(found, prereleases=True):
        raise fail(
            f"{requirement.name} {found} is installed, and the notebook wants {requirement.specifier}",
            f"Install that here: uv add '{requirement}'",
            location,
        )
