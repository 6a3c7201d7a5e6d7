"""What a change touches, written for people, as a table of Markdown, and for machines."""

import json
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby

from scripts.affected.change import Change
from scripts.affected.compare import Touched

# An underscore within a word is only that.
_MARKUP = re.compile(r"[^a-zA-Z0-9_ ./,;:()-]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])")
# How many reasons are told; `-o json` has them all.
_TOLD = 6


def as_text(change: Change, width: int) -> str:
    """Each pair and its reasons in at most `width` columns, its resources below; then a count."""
    lines = []
    for pair, reasons, resources in _by_pair(change):
        lines += [*_paragraph(f"{pair}: ", _told(reasons), width), *(f"    {one.key}" for one in resources)]
    return "\n".join([*lines, _counts(change)])


def as_markdown(change: Change) -> str:
    """A table with a row for each pair and its reasons; then a count."""
    lines = ["| what | why | resources |", "|---|---|---|"] if change.touched else []
    for pair, reasons, resources in _by_pair(change):
        cells = [pair], _told(reasons), [one.key for one in resources]
        lines.append(f"| {' | '.join('<br>'.join(map(_escaped, cell)) for cell in cells)} |")
    return "\n".join([*lines, "", _counts(change)])


def as_json(change: Change) -> str:
    """`{"target", "base", "domains": [{"domain", "resources": [{"key", "source", "reasons", "gone"}]}]}`."""
    domains = [
        {
            "domain": domain,
            "resources": [
                {"key": one.key, "source": one.source, "reasons": one.reasons, "gone": one.is_gone} for one in group
            ],
        }
        for domain, group in groupby(change.touched, lambda touched: touched.domain)
    ]
    return json.dumps({"target": change.target, "base": change.base, "domains": domains}, indent=2, ensure_ascii=False)


def _by_pair(change: Change) -> Iterator[tuple[str, tuple[str, ...], list[Touched]]]:
    """Each pair and reasons, with their resources; those that say what changed before those that only run them."""
    runs_only = {one: all(reason.startswith("runs ") for reason in one.reasons) for one in change.touched}
    touched = sorted(change.touched, key=lambda one: (one.domain, one.source, runs_only[one], one.reasons, one.key))
    for (pair, reasons), group in groupby(touched, lambda one: (one.pair, one.reasons)):
        yield pair, reasons, list(group)


def _paragraph(start: str, reasons: list[str], width: int) -> Iterator[str]:
    """The reasons on one line, or a line each where they do not fit; only a word that is too long goes over the width."""
    whole = start + "; ".join(reasons)
    if len(whole) <= width:
        yield whole
        return
    for number, reason in enumerate(reasons, 1):
        text = (start if number == 1 else "  ") + reason + (";" if number < len(reasons) else "")
        yield from textwrap.wrap(text, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _told(reasons: tuple[str, ...]) -> list[str]:
    more = len(reasons) - _TOLD
    return [*reasons[:_TOLD], f"and {more} more"] if more > 1 else list(reasons)


def _escaped(text: str) -> str:
    """`text` as Markdown that says just that: a file's name may hold what would be markup, or a mention of someone."""
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _counts(change: Change) -> str:
    since = f"since {change.base[:10]}" if change.base else "for the first deployment"
    domains = len(change.domains)
    counts = f"{domains} domain{'' if domains == 1 else 's'}, {len(change.touched)} of {len(change.resources)} resources"
    return f"{counts} touched on {change.target} {since}"
