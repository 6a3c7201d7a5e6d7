"""SQL as what it says: its statements, one by one, as text that comments and layout do not change."""

import re
from functools import cache
from typing import NamedTuple

from scripts.lineage.notebooks import cells

_SETTING = re.compile(r"\$\{([^}]+)\}")


class Statement(NamedTuple):
    """`line` is where it starts, `text` how it is written; `code` is equal for statements that say the same."""

    line: int
    text: str
    code: str


@cache
def statements(text: str) -> tuple[Statement, ...]:
    """The statements of `text`; a text that cannot be read is one statement, as it stands."""
    from sqlglot import tokenize
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import TokenType

    try:
        tokens = tokenize(text, dialect="databricks")
    except SqlglotError:
        return (Statement(1, text, text),)
    found: list[Statement] = []
    words: list[str] = []
    start = end = 0
    for token in [*tokens, None]:
        if token is None or token.token_type is TokenType.SEMICOLON:
            if words:
                found.append(Statement(_line(text, start), text[start:end], "\0".join(words)))
            words = []
            continue
        if not words:
            start = token.start
        end = token.end + 1
        # A name or a quoted text may mean something else in another spelling; the rest is keywords and signs.
        is_chosen = token.token_type is TokenType.VAR or token.text != text[token.start : end]
        words.append(f"{token.token_type.name}:{token.text}" if is_chosen else token.text.upper())
    # They are comments to SQL, but they run.
    found += [Statement(cell.line, cell.text, f"%{cell.kind}\0{cell.text}") for cell in cells(text)]
    return tuple(sorted(found))


def settings_named(text: str) -> set[str]:
    """The pipeline's settings that `text` names, as `${key}`."""
    return set(_SETTING.findall(text))


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
