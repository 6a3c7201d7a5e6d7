"""What of a pyproject.toml reaches a pipeline that installs it."""

import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# The other sections are for those who develop: their tools, and what these need.
_INSTALLED = ("project", "build-system")


def project_settings(content: bytes) -> object | None:
    """The parts of a pyproject.toml that an installation depends on; None where there is no such file."""
    try:
        settings = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return content
    if not settings:
        return None
    tools = settings.get("tool", {})
    return [settings.get(section) for section in _INSTALLED] + [tools.get("hatch"), tools.get("setuptools")]
