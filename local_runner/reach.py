"""Which of a bundle's errors stop a run of some of its resources: one pair does not wait for another's mistake."""

import re
from collections.abc import Iterable
from pathlib import Path

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.references import parse, references
from local_runner.bundle.tree import get
from local_runner.diagnostics import Diagnostic

_TOP_LEVEL = re.compile(r"^[^\s#-][^:\n]*:", re.MULTILINE)

Resource = tuple[str, str]


def errors_reaching(bundle: ResolvedBundle, resources: Iterable[Resource]) -> list[Diagnostic]:
    """The errors of `bundle` that may change what `resources` are (`("jobs", "x")`), or those that they refer to.

    What is wrong within another resource's own file does not: a file of YAML with resources alone, or a file of Python.
    """
    needed = _with_referred(bundle, resources)
    if not bundle.finished or needed is None:
        return bundle.errors
    places = [bundle.location("resources", *resource) for resource in needed]
    files = {Path(place.file) for place in places if place}
    return [error for error in bundle.errors if _reaches(error, files, bundle)]


def _with_referred(bundle: ResolvedBundle, resources: Iterable[Resource]) -> set[Resource] | None:
    """`resources` and all that they refer to, near or far; None where one of these is missing."""
    found: set[Resource] = set()
    waiting = list(resources)
    while waiting:
        kind, key = resource = waiting.pop()
        if resource in found:
            continue
        definition = get(bundle.config, "resources", kind, key)
        if definition is None:
            return None
        found.add(resource)
        paths = [parse(reference) for reference in references(str(definition))]
        waiting += [(str(path[1]), str(path[2])) for path in paths if path[0] == "resources" and len(path) > 2]
    return found


def _reaches(error: Diagnostic, files: set[Path], bundle: ResolvedBundle) -> bool:
    if error.location is None or Path(error.location.file) in files:
        return True
    file = Path(error.location.file)
    if file.suffix == ".py":
        # A mutator may change every resource.
        return any(get(bundle.config, *path, "mutators") for path in (("python",), ("experimental", "python")))
    sections = set(_TOP_LEVEL.findall(file.read_text("utf-8", errors="replace")))
    return sections != {"resources:"}
