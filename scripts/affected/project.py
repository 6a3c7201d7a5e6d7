"""What of a pyproject.toml, or of a file of requirements, reaches a pipeline that installs it."""

import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# The other sections are for those who develop: their tools, and what these need.
_INSTALLED = ("project", "build-system")


def installed_by(file: str, content: bytes) -> object | None:
    """The parts of `file` that an installation depends on; None where there is no such file."""
    if not file.endswith(".toml"):
        lines = (line.partition(" #")[0].strip() for line in content.decode("utf-8", errors="replace").splitlines())
        return [line for line in lines if line and not line.startswith("#")] or None
    try:
        settings = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return content
    if not settings:
        return None
    tools = settings.get("tool", {})
    return [settings.get(section) for section in _INSTALLED] + [tools.get("hatch"), tools.get("setuptools")]
