"""How wide what a person reads may be."""

import os
import textwrap
from typing import TextIO


def width_of(stream: TextIO) -> int | None:
    """The columns of the terminal that `stream` writes to, or what COLUMNS says; None where no terminal reads it."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal():
        return int(columns) or None
    return os.get_terminal_size(stream.fileno()).columns or None if stream.isatty() else None


def wrapped(line: str, width: int | None, label: str = "") -> str:
    """`label` and `line`, in lines that are no wider where that breaks no word.

    Those after the first begin below the text where there is a label, else four further in than the line.
    """
    text = line.lstrip()
    first = label or line[: len(line) - len(text)]
    if width is None or len(first + text) <= width:
        return first + text
    # Runs of blanks were for columns that do not fit.
    return textwrap.fill(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=" " * (len(label) or len(first) + 4),
        break_long_words=False,
        break_on_hyphens=False,
    )
