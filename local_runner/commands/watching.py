"""`run --watch`: run, then again after each change to a file of the bundle, until Ctrl+C.

The process stays, with Spark's client imported and the server in use: an edit costs the run alone.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from local_runner.edge import INTERRUPTED, run_command

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

# In milliseconds: changes that come within the first are one change, which ends when there is none for the second.
TOGETHER, PAUSE = 400, 50


def run_at_each_change(root: Path, run: Callable[[], int]) -> int:
    """Call `run`, and again each time that files under `root` have changed, also while it ran; its errors end nothing.

    Returns:
        The exit code of an interrupted program.
    """
    # watchfiles.watch() would begin to look only when it is first asked, after the first run.
    from watchfiles._rust_notify import RustNotify

    visible = [str(entry) for entry in root.iterdir() if not entry.name.startswith(".")]
    with RustNotify(visible, False, False, 0, True, False) as notifier:
        while run_command(run) != INTERRUPTED:
            print("Waiting for a change; Ctrl+C ends", flush=True)
            files = _changed(notifier)
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            print(f"\n{Path(files[0]).relative_to(root)}{more} changed")
    return INTERRUPTED


def _changed(notifier: "RustNotify") -> list[str]:
    """Wait until files of the bundle have changed: which, sorted. What Python and editors leave beside them is none."""
    from watchfiles import DefaultFilter

    is_file_of_interest = DefaultFilter()
    while True:
        found = notifier.watch(TOGETHER, PAUSE, 0, None)
        if found == "signal":
            raise KeyboardInterrupt
        files = sorted({path for change, path in found if is_file_of_interest(change, path)})
        if files:
            return files
