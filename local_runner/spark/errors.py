"""What Spark says when something goes wrong."""

import re

# What comes after the state is a picture of the query's plan, or the whole query once more.
_SAID = re.compile(r".*?SQLSTATE: \w+(?:; line \d+ pos \d+| \(line \d+, pos \d+\))?", re.DOTALL)


def words(error: BaseException) -> str:
    """The error's message without its Java stack, and without the plan of the query that it may end with."""
    message = str(error).split("\n\nJVM stacktrace:")[0].strip()
    said = _SAID.match(message)
    return said[0] if said else message
