"""A SQL source file of a pipeline: the datasets its statements define, and the tables their queries read.

What is no SQL is so by the local runner's own reading. For the rest only the names matter here, so that a statement which
local runs do not do is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from local_runner.diagnostics import Diagnostic, Failure, Location
from scripts.lineage.source import Definition, Kind, MissingSetting, Parts, Read, Source

if TYPE_CHECKING:
    from sqlglot.tokens import Token

# The parts of a name, and the line of the text it stands on, from 0.
Named = tuple[Parts, int]

_COMPUTED = re.compile(r"\{\{|\$\{|\bidentifier\s*\(", re.IGNORECASE)
_SETTING = re.compile(r"\$\{([^}]+)\}")
_BEFORE_NAME = {"OR", "REFRESH", "REPLACE", "PRIVATE", "TEMPORARY", "TEMP", "LIVE", "STREAMING", "IF", "NOT", "EXISTS"}
_KINDS = {"TABLE": Kind.TABLE, "MATERIALIZED": Kind.TABLE, "VIEW": Kind.VIEW, "FLOW": Kind.FLOW}
_QUERY_STARTS = {"SELECT", "WITH", "FROM", "TABLE", "VALUES", "("}


def read_sql(content: bytes, file: str, configuration: Mapping[str, str]) -> Source:
    """What the `content` of `file` defines in a pipeline with these settings."""
    return read_sql_text(content.decode("utf-8", errors="replace"), file, configuration)


def read_sql_text(text: str, file: str, configuration: Mapping[str, str]) -> Source:
    """What the SQL `text` of a file defines in a pipeline with these settings.

    A statement that cannot be understood defines nothing.
    """
    text = with_settings(text, configuration)
    try:
        statements = list(_statements(text, file))
    except Failure as failure:
        return Source(problems=failure.diagnostics)
    problems = tuple(problem for statement in statements for problem in _problems(statement, text, file))
    missing = tuple(_missing_settings(statements, text, file))
    if any(statement[0].text.upper() == "USE" for statement in statements):
        # From there on, names mean something else.
        return Source((), problems, missing)
    found = [_definition(statement, text, file) for statement in statements]
    return Source(tuple(definition for definition in found if definition), problems, missing)


def _missing_settings(statements: list[list[Token]], text: str, file: str) -> Iterator[MissingSetting]:
    """The settings `${key}` that have no value, but for those that the text SETs."""
    own = {text[statement[1].start :].partition("=")[0].strip() for statement in statements if _word(statement[0]) == "SET"}
    for match in _SETTING.finditer(text):
        # What stands in a comment is in no token.
        is_code = any(token.start <= match.start() <= token.end for statement in statements for token in statement)
        if is_code and match[1] not in own:
            yield MissingSetting(match[1], Location(file, _line(text, match.start())))


def _problems(statement: list[Token], text: str, file: str) -> list[Diagnostic]:
    """Why a statement is no SQL of a pipeline, as the local runner has it; what only local runs do not do is none."""
    from local_runner.pipeline.sql.files import read_statements

    start, end = statement[0].start, statement[-1].end + 1
    if "${" in text[start:end]:
        # With a setting whose value is not known it may become SQL.
        return []
    try:
        read_statements("\n" * (_line(text, start) - 1) + text[start:end], Path(file), {})
    except Failure as failure:
        return [problem for problem in failure.diagnostics if not problem.local_only]
    except Exception:
        # The parser raises more than its own errors on what is not the SQL it knows.
        return []
    return []


def with_settings(text: str, configuration: Mapping[str, str]) -> str:
    """`text` with the values of the settings that it names as `${key}`."""
    return _SETTING.sub(lambda match: configuration.get(match[1], match[0]), text)


def is_computed(text: str) -> bool:
    """Whether SQL may read a table whose name only a run would tell: `IDENTIFIER(:x)`, `{{x}}`, an unknown `${x}`."""
    return bool(_COMPUTED.search(text))


def query_reads(text: str) -> list[Named] | None:
    """Each table that a query reads; None where `text` is no query that can be parsed."""
    from local_runner.pipeline.sql.text import table_refs

    try:
        refs = table_refs(text)
    except Exception:
        # The parser raises more than its own errors on what is not the SQL it knows.
        return None
    return [(ref.parts, text.count("\n", 0, ref.start)) for ref in refs if ref.files is None]


def names_in(text: str) -> list[Named]:
    """Each name in `text` that may be a table's: all that it reads, and more. For SQL that cannot be parsed."""
    try:
        tokens = [token for statement in _statements(text, "") for token in statement]
    except Failure:
        return []
    starts = [index for index in range(len(tokens)) if not index or tokens[index - 1].text != "."]
    names = [(_name(tokens, index), tokens[index].start) for index in starts if _is_name(tokens[index])]
    return [(name[:3], text.count("\n", 0, start)) for name, start in names if name]


def _statements(text: str, file: str) -> Iterator[list[Token]]:
    """The statements in tokens. Raises Failure where a quote or a comment is not closed."""
    from sqlglot import tokenize
    from sqlglot.errors import SqlglotError
    from sqlglot.tokens import TokenType

    from local_runner.pipeline.sql.tokens import unclosed

    try:
        tokens = tokenize(text, dialect="databricks")
    except SqlglotError as error:
        raise unclosed(text, file) from error
    statement: list[Token] = []
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            statement.append(token)
        elif statement:
            yield statement
            statement = []
    if statement:
        yield statement


def _definition(statement: list[Token], text: str, file: str) -> Definition | None:
    words = [_word(token) for token in statement]
    place = Location(file, _line(text, statement[0].start))
    if words[:3] == ["APPLY", "CHANGES", "INTO"]:
        return Definition(_name(statement, 3), Kind.FLOW, place, _changes(statement, words, text, file))
    if words[0] != "CREATE":
        return None
    index = 1
    while index < len(words) and words[index] in _BEFORE_NAME:
        index += 1
    kind = _KINDS.get(words[index]) if index < len(words) else None
    if kind is None:
        return None
    index += 2 if words[index] == "MATERIALIZED" else 1
    while words[index : index + 1] and words[index] in ("IF", "NOT", "EXISTS"):
        index += 1
    if kind is Kind.FLOW:
        if "INTO" not in words:
            return None
        index = words.index("INTO") + 1
        index += words[index : index + 1] == ["ONCE"]
    elif kind is Kind.TABLE and "PRIVATE" in words[:index]:
        kind = Kind.VIEW
    if ("AUTO", "CDC") in pairwise(words):
        return Definition(_name(statement, index), kind, place, _changes(statement, words, text, file))
    reads, possible = _reads(statement, words, index, text, file)
    return Definition(_name(statement, index), kind, place, reads, possible)


def _word(token: Token) -> str:
    """What keywords are compared with: nothing for a string or a quoted name."""
    from sqlglot.tokens import TokenType

    return "" if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER) else token.text.upper()


def _is_name(token: Token) -> bool:
    from sqlglot.tokens import TokenType

    return token.token_type is TokenType.IDENTIFIER or (
        token.token_type is not TokenType.STRING and token.text.isidentifier()
    )


def _name(tokens: list[Token], index: int) -> Parts | None:
    """The dotted name that starts at `index`."""
    parts = []
    while index < len(tokens):
        parts.append(tokens[index].text)
        if index + 2 >= len(tokens) or tokens[index + 1].text != ".":
            break
        index += 2
    return tuple(parts) or None


def _reads(statement: list[Token], words: list[str], index: int, text: str, file: str) -> tuple[tuple[Read, ...], ...]:
    """What the query reads that comes after the name at `index`: `AS SELECT …`, or a flow's `BY NAME SELECT …`.

    Then what it may read, where it cannot be parsed.
    """
    depth = 0
    for position in range(index, len(words)):
        depth += {"(": 1, ")": -1}.get(words[position], 0)
        before = words[position - 1] if position else ""
        if depth - (words[position] == "(") == 0 and words[position] in _QUERY_STARTS and before in ("AS", "NAME"):
            start, end = statement[position].start, statement[-1].end + 1
            reads = query_reads(text[start:end])
            line, is_certain = _line(text, start), reads is not None
            found = reads if is_certain else names_in(text[start:end])
            read = tuple(Read(parts, Location(file, line + below), is_certain) for parts, below in found)
            return (read, ()) if is_certain else ((), read)
    return (), ()


def _changes(statement: list[Token], words: list[str], text: str, file: str) -> tuple[Read, ...]:
    """What a flow of changes reads: the name after `FROM STREAM`."""
    if "FROM" not in words:
        return ()
    index = words.index("FROM") + 1
    while index < len(words) and words[index] in ("STREAM", "("):
        index += 1
    name = _name(statement, index)
    return (Read(name, Location(file, _line(text, statement[index].start))),) if name else ()


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
