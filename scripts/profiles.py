"""The profiles of the Databricks CLI: which of them a target uses. Of what a profile holds only its host is looked at."""

import os
from configparser import Error, MissingSectionHeaderError, ParsingError, RawConfigParser
from pathlib import Path
from urllib.parse import urlsplit

from local_runner.bundle import ResolvedBundle
from local_runner.bundle.tree import get
from local_runner.diagnostics import Location, fail


def config_file() -> Path:
    """The file that the CLI keeps its profiles in."""
    return Path(os.environ.get("DATABRICKS_CONFIG_FILE") or "~/.databrickscfg").expanduser()


def profiles_of(bundle: ResolvedBundle) -> list[str]:
    """The profiles that the CLI would choose from for the bundle's target: the one it names, else those of its host.

    Source: Databricks CLI, libs/databrickscfg/{loader,host}.go. Raises Failure where the file cannot be read.
    """
    hosts = _hosts_by_profile()
    if named := get(bundle.config, "workspace", "profile"):
        return [named] if named in hosts else []
    wanted = _normalised(get(bundle.config, "workspace", "host") or "")
    return [profile for profile, host in hosts.items() if host and _normalised(host) == wanted]


def _hosts_by_profile() -> dict[str, str | None]:
    # To the CLI, [DEFAULT] is a profile like any other: its settings are nobody else's.
    parser = RawConfigParser(default_section="\n", strict=False, allow_no_value=True)
    file = config_file()
    try:
        with file.open(encoding="utf-8") as text:
            parser.read_file(text)
    except FileNotFoundError:
        return {}
    except (Error, UnicodeDecodeError) as problem:
        # The message of the parser's own error shows the line, which may be a token's.
        remedy = "Correct it: the Databricks CLI cannot read it either."
        raise fail("not a list of profiles", remedy, Location(str(file), _line(problem))) from None
    return {profile: parser.get(profile, "host", fallback=None) for profile in parser.sections()}


def _line(problem: Exception) -> int:
    if isinstance(problem, MissingSectionHeaderError):
        return problem.lineno
    return problem.errors[0][0] if isinstance(problem, ParsingError) else 0


def _normalised(host: str) -> str:
    """Scheme and name, where `host` has both: the CLI compares only these."""
    parts = urlsplit(host)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else host
