"""Which characters a cloud allows in a tag. Source: Databricks CLI, libs/tags/*.go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from local_runner.bundle.identity import is_letter_or_digit, without_marks


@dataclass(frozen=True)
class Cloud:
    normalise_key: Callable[[str], str]
    normalise_value: Callable[[str], str]


def cloud_of(host: str) -> Cloud:
    """The cloud of a workspace, told by its host; AWS where the host tells nothing."""
    name = host.removeprefix("https://").partition("/")[0]
    if name.endswith((".azuredatabricks.net", ".databricks.azure.cn", ".databricks.azure.us")):
        return Cloud(_azure_key, _latin)
    return Cloud(_gcp, _gcp) if name.endswith(".gcp.databricks.com") else Cloud(_aws, _aws)


def _keep(text: str, allowed: Callable[[str], bool]) -> str:
    return "".join(character if allowed(character) else "_" for character in text)


def _latin(text: str) -> str:
    return _keep(text, lambda c: ord(c) < 256)


def _aws(text: str) -> str:
    return _keep(_latin(without_marks(text)), lambda c: c in "+-=.:/@" or c.isspace() or is_letter_or_digit(c))


def _azure_key(text: str) -> str:
    return _keep(_latin(text), lambda c: c not in r"<>*&%;\/+?")


def _gcp(text: str) -> str:
    kept = _keep(_latin(without_marks(text)), lambda c: c.isascii() and (c.isalnum() or c in "-._"))
    return kept.strip("-._")
