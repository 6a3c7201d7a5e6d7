"""`dbutils` as source files have it: widgets, secrets and fs.

Names and parameters: https://docs.databricks.com/aws/en/dev-tools/databricks-utils
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_runner.diagnostics import Failure
from local_runner.pipeline.api.refusals import unsupported_name
from local_runner.pipeline.dbutils.fs import FileSystem
from local_runner.pipeline.dbutils.secrets import Secrets, with_secrets
from local_runner.pipeline.dbutils.widgets import Widgets
from local_runner.pipeline.definitions import caller
from local_runner.tables.volumes import Volumes

__all__ = ["PARTS", "DBUtils", "secrets_of", "with_secrets"]

# What local runs have of each part; anything else is refused by its name.
PARTS = {
    part: frozenset(name for name in vars(type_) if not name.startswith("_"))
    for part, type_ in {"fs": FileSystem, "secrets": Secrets, "widgets": Widgets}.items()
}


class _Part:
    """One part of dbutils: its own functions, and a refusal for each other name."""

    def __init__(self, part: str, functions: Any) -> None:
        self.__dict__.update({name: getattr(functions, name) for name in PARTS[part]}, _part=part)

    def __getattr__(self, name: str) -> Any:
        raise _refusal(f"dbutils.{self.__dict__['_part']}", name)


class DBUtils:
    """The value of the name `dbutils`."""

    def __init__(self, volumes: Volumes, configuration: Mapping[str, str], secrets: Secrets) -> None:
        self.fs = _Part("fs", FileSystem(volumes))
        self.secrets = _Part("secrets", secrets)
        self.widgets = _Part("widgets", Widgets(configuration))

    def __getattr__(self, name: str) -> Any:
        raise _refusal("dbutils", name)


def secrets_of(root: Path) -> Secrets:
    """The secrets of the bundle at `root`."""
    return Secrets(root / ".local" / "secrets.toml")


def _refusal(owner: str, name: str) -> Exception:
    return AttributeError(name) if name.startswith("__") else Failure(unsupported_name(owner, name, caller()))
