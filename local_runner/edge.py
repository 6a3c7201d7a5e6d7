"""The edge of a command: where its outcome becomes an exit code, and what went wrong words on stderr."""

import os
import sys
from collections.abc import Callable

from local_runner.diagnostics import Diagnostic, Failure, print_diagnostics

# What a shell reports of a program that SIGINT or SIGPIPE has ended.
INTERRUPTED = 130
PIPE_CLOSED = 141


def run_command(command: Callable[[], int]) -> int:
    """Run `command`; its exit code, or 1 with the reason on stderr where its input or the file system is at fault.

    Where nobody reads its output any more (`… | head`), it ends there without a word, as other programs do.
    """
    try:
        try:
            return _told(command)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _silence()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(command: Callable[[], int]) -> int:
    try:
        return command()
    except BrokenPipeError:
        raise
    except Failure as failure:
        print_diagnostics(failure.diagnostics)
    except OSError as refused:
        print_diagnostics([Diagnostic(f"{refused.filename or 'a file'}: {refused.strerror}")])
    return 1


def _silence() -> None:
    """Python writes what is left in the streams' buffers when it ends: let that go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
