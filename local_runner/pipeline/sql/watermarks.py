"""`table WATERMARK time DELAY OF INTERVAL …`: a clause that Spark knows and sqlglot does not."""

from collections.abc import Iterator
from typing import Any


def watermark_clauses(tokens: list[Any]) -> Iterator[tuple[int, int]]:
    """Where each clause begins and ends in the text of `tokens`, which are sqlglot's."""
    words = [token.text.upper() for token in tokens]
    for first in [place for place, word in enumerate(words) if word == "WATERMARK"]:
        delay = next((place for place in range(first, len(words)) if words[place : place + 3] == _DELAY), None)
        if delay:
            yield tokens[first].start, tokens[_interval_end(words, delay + 3)].end + 1


_DELAY = ["DELAY", "OF", "INTERVAL"]
_UNITS = {f"{unit}{end}" for unit in ("WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND") for end in ("", "S")}


def _interval_end(words: list[str], value: int) -> int:
    """The last word of an interval whose first value stands at `value`: '5 minutes', 5 MINUTES, 1 HOUR 30 MINUTES."""
    last = value
    while last + 1 < len(words) and words[last + 1] in _UNITS:
        last += 1
        if last + 2 < len(words) and words[last + 2] in _UNITS:
            last += 1
    return last
