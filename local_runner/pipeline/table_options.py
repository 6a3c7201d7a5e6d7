"""Options of a table that is read: those that a local table has no use for, and those whose rows it cannot give."""

from collections.abc import Iterable

from local_runner.diagnostics import fail
from local_runner.pipeline.definitions import caller

# How fast a stream reads, and what it does about changed rows, which a local streaming table never has.
_WITHOUT_EFFECT = {
    "failondataloss",
    "ignorechanges",
    "ignoredeletes",
    "maxbytespertrigger",
    "maxfilespertrigger",
    "mergeschema",
    "skipchangecommits",
}


def refuse_table_options(options: Iterable[str]) -> None:
    """Raises Failure for an option that asks for other rows: an older version of the table, a feed of its changes."""
    for option in options:
        if option.lower() not in _WITHOUT_EFFECT:
            raise fail(
                f"the option {option} of a table is not supported in local runs",
                "Take it out: a local table has its present rows only",
                caller(),
            )
