"""Who reviews what: owners.yml names an owner for each domain, and .github/CODEOWNERS is written from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from local_runner.bundle.tree import Map
from local_runner.bundle.yaml_reader import read
from local_runner.diagnostics import Diagnostic, Failure, Location, fail

OWNERS = PurePosixPath("owners.yml")
CODEOWNERS = PurePosixPath(".github/CODEOWNERS")

# A person, a team, or the address of a person's account; several with spaces between them.
# Source: https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
_OWNER = r"(@[\w-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+)"
_IS_OWNER = re.compile(rf"{_OWNER}( +{_OWNER})*")
_HEADER = f"# Written by `just codeowners` from {OWNERS}: edit that. The last line that matches a file counts.\n"


@dataclass(frozen=True)
class Owners:
    """`platform` owns what belongs to no domain; `where` has the place of each domain's entry."""

    platform: str
    domains: Mapping[str, str]
    where: Mapping[str, Location]

    def codeowners(self) -> str:
        """The text of .github/CODEOWNERS. A domain is the folder of its name in each folder at the root."""
        patterns = {"*": self.platform} | {f"/*/{domain}/": owner for domain, owner in sorted(self.domains.items())}
        width = max(map(len, patterns))
        return _HEADER + "".join(f"{pattern:{width}} {owner}\n" for pattern, owner in patterns.items())


def read_owners(root: Path) -> Owners:
    """What owners.yml in `root` says. Raises Failure where it cannot be read, or names something else than owners."""
    report: list[Diagnostic] = []
    file = str(root / OWNERS)
    value = read(root / OWNERS, report)
    if not isinstance(value, Map) or value.keys() != {"platform", "domains"} or not isinstance(value["domains"], Map):
        remedy = 'Write `platform: "@you/a-team"`, and `domains:` with an owner for each.'
        raise fail("not as it must be: it holds `platform` and `domains`, and nothing else", remedy, Location(file))
    domains = value["domains"]
    for name, owner in [("platform", value["platform"]), *domains.items()]:
        if not isinstance(owner, str) or not _IS_OWNER.fullmatch(owner):
            place = (value if name == "platform" else domains).where.get(name, Location(file))
            summary = f"{owner!r} is not an owner that GitHub knows" if owner else f"{name} has no owner"
            report.append(Diagnostic(summary, 'Write "@organisation/team", "@person", or several with spaces.', place))
    if report:
        raise Failure(*report)
    return Owners(value["platform"], dict(domains), dict(domains.where))


def domains_of(root: Path) -> list[str]:
    """The domains under `resources/` in `root`, sorted: the folders that hold something to deploy, or their package."""
    folder = root / "resources"
    folders = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return sorted(path.name for path in folders if _holds_source(path))


def _holds_source(folder: Path) -> bool:
    """Whether it is more than what Python, or an editor, leaves behind."""
    return any(path.suffix in (".py", ".yml", ".yaml") for path in folder.rglob("*"))
