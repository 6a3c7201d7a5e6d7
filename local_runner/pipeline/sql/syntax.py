"""A query that is not SQL: what is wrong, in words and with its line, from what sqlglot raises."""

import re
from typing import Any

from local_runner.diagnostics import Failure, Location, fail, not_supported

_FOUND = re.compile(r"\x1b\[[04]m|,? but got <Token .*?>(?=\.|$)")


def not_sql(error: Exception, text: str) -> Failure:
    """The failure of a query `text` that sqlglot has refused, with `error`; its location is a line of the text, in no file.

    It has none where sqlglot does not say what is wrong: a quote that is not closed, or a slip of sqlglot's own.
    """
    found = getattr(error, "errors", None)
    if not found:
        return not_supported("this SQL cannot be parsed", "Mend the query: a quote or a parenthesis may not be closed")
    line, detail = _where(found[0], text)
    return fail("this SQL cannot be parsed", "Mend the query", Location("", line), detail)


def _where(found: dict[str, Any], text: str) -> tuple[int, str]:
    """The line of one of sqlglot's errors; what is wrong there, with that line and a pointer."""
    line, word, description = found["line"], found["highlight"], found["description"]
    if description.startswith("Required keyword"):
        what = f"Something is missing after {word}"
    elif description.startswith("Invalid expression"):
        what = f"{word} is not expected here"
    else:
        what = f"{_FOUND.sub('', description)} at {word}"
    written = text.split("\n")[line - 1]
    # sqlglot counts to the end of the word.
    return line, f"{what}\n{written}\n{' ' * (found['col'] - len(word))}{'^' * len(word)}"
