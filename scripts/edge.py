"""The one place where a command's expected failures become words on stderr and an exit code."""

import sys
from collections.abc import Callable

from pydantic import ValidationError

from local_runner.diagnostics import Failure, print_diagnostics


def run(command: Callable[[], None]) -> int:
    """Run `command`; return 0, or 1 with the reason on stderr where its input or the file system is at fault."""
    try:
        command()
    except ValidationError as invalid:
        for error in invalid.errors():
            reason = error.get("ctx", {}).get("error") or f"{error['loc'][0]}: {error['msg']}"
            print(f"Validation error: {reason}", file=sys.stderr)
    except Failure as failure:
        print_diagnostics(failure.diagnostics)
    except OSError as refused:
        print(f"Error: {refused.filename}: {refused.strerror}", file=sys.stderr)
    else:
        return 0
    return 1
