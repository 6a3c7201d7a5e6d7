"""`dbutils.secrets`: secrets from a file of one's own, `.local/secrets.toml`, a table a scope.

[scope]
key = "value"
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import caller

_REFERENCE = re.compile(r"\{\{secrets/([^/{}]+)/([^/{}]+)\}\}")


class SecretScope(NamedTuple):
    name: str


class SecretMetadata(NamedTuple):
    key: str


class Secrets:
    """The secrets in `file`, which nobody but its owner may be able to read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, scope: str, key: str) -> str:
        """The secret. Raises Failure, saying what to write where, if there is none."""
        value = self._scopes().get(scope, {}).get(key)
        if not isinstance(value, str):
            raise fail(
                f"there is no secret {key} in the scope {scope}",
                f'Add it to {self._file} (chmod 600):\n[{scope}]\n{key} = "…"',
                caller(),
            )
        return value

    def getBytes(self, scope: str, key: str) -> bytes:
        return self.get(scope, key).encode()

    def list(self, scope: str) -> "list[SecretMetadata]":
        return [SecretMetadata(key) for key in sorted(self._scopes().get(scope, {}))]

    def listScopes(self) -> "list[SecretScope]":
        return [SecretScope(name) for name in sorted(self._scopes())]

    def _scopes(self) -> Mapping[str, Mapping[str, str]]:
        import tomllib

        try:
            mode = stat.S_IMODE(self._file.stat().st_mode)
            text = self._file.read_text("utf-8")
        except FileNotFoundError:
            return {}
        if mode & 0o077:
            raise fail(f"others can read {self._file}", f"Keep it to yourself: chmod 600 {self._file}")
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise fail(f"{self._file} is no TOML: {error}", 'A scope is [scope], a secret key = "value"') from None


def with_secrets(configuration: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """`configuration` with a secret in the place of each `{{secrets/<scope>/<key>}}`."""
    return {
        name: _REFERENCE.sub(lambda match: secrets.get(match[1], match[2]), value) for name, value in configuration.items()
    }
