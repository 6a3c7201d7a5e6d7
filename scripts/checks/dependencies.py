"""Dependencies of serverless environments that the Databricks CLI does not pass on as they are meant.

It rewrites a path only where it recognises one: after `-e ` or `-r ` to a file, in a text that starts with a dot, or in
one that cannot be a package. Checked with the real CLI, 1.14.
"""

import re

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import each
from local_runner.diagnostics import Diagnostic, Severity

_DEPENDENCIES = (
    "resources.jobs.*.environments[*].spec.dependencies[*]",
    "resources.pipelines.*.environment.dependencies[*]",
)
_GLUED = re.compile(r"(?:^|/)(-[A-Za-z].*)")
_RELATIVE = re.compile(r"\s*(--?[A-Za-z][\w-]*)(?:\s+|\s*=\s*)(?:file:)?(\.{1,2}(?:/.*)?)\s*")
_NAME = re.compile(r"[\w-]+")
_INSTEAD = "Write `--editable ${workspace.file_path}/<folder>` for a folder, `-r <file>` for a requirements file."


def mangled_dependencies(bundle: ResolvedBundle) -> list[Diagnostic]:
    """A flag that became part of a path, a path that stays relative, and a folder that became the name of a package."""
    found = []
    for pattern in _DEPENDENCIES:
        for path, owner, index in each(bundle.config, pattern):
            text = owner[index]
            if not isinstance(text, str):
                continue
            at = bundle.location(*path)
            glued = None if text.startswith("-") else _GLUED.search(text)
            if glued:
                summary = f"the dependency {glued[1]} is taken for a file named {text}"
                found.append(Diagnostic(summary, _INSTEAD, at))
            elif relative := _RELATIVE.fullmatch(text):
                summary = f"the dependency {text.strip()} is passed on as it is: {relative[2]} is no path in the workspace"
                found.append(Diagnostic(summary, _INSTEAD, at))
            elif _NAME.fullmatch(text) and (bundle.root / text / "pyproject.toml").is_file():
                summary = f"the dependency {text} is taken for a package from an index, not for the folder {text}"
                remedy = f"Write `--editable ${{workspace.file_path}}/{text}` to install the folder."
                found.append(Diagnostic(summary, remedy, at, Severity.WARNING))
    return found
