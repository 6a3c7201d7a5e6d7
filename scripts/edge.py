"""The edge of a command of `scripts/`: what its models refuse becomes words on stderr too."""

import sys
from collections.abc import Callable

from pydantic import ValidationError

from local_runner.edge import run_command


def run(command: Callable[[], int | None]) -> int:
    """Run `command`; its exit code, 0 for None, or 1 with the reason on stderr: what models refuse, too."""
    return run_command(lambda: _validated(command))


def _validated(command: Callable[[], int | None]) -> int:
    try:
        return command() or 0
    except ValidationError as invalid:
        for error in invalid.errors():
            reason = error.get("ctx", {}).get("error") or f"{error['loc'][0]}: {error['msg']}"
            print(f"Validation error: {reason}", file=sys.stderr)
    return 1
