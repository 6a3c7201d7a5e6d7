"""The tables that a SQL query reads, and the query with other names in their place.

Spark takes a three-part name only where its first part is a configured catalog, so each table becomes an alias that
the caller binds to a DataFrame. Only the names' own characters are replaced: the rest of the text stays the person's.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from local_runner.diagnostics import fail, not_supported
from local_runner.pipeline.api.refusals import PIVOT, SQL_FUNCTIONS
from local_runner.pipeline.sql.read_files import FUNCTIONS, METADATA, FilesCall, read_call
from local_runner.pipeline.sql.stars import hidden_from_stars
from local_runner.pipeline.sql.syntax import not_sql
from local_runner.pipeline.sql.watermarks import watermark_clauses
from local_runner.tables.name import join_identifier


@dataclass(frozen=True)
class TableRef:
    """A table as a query names it: its parts, whether it is read as a stream, and its place in the text.

    Or `files`, a call of read_files in the place of a table.
    """

    parts: tuple[str, ...]
    streaming: bool
    start: int
    end: int
    files: FilesCall | None = None


def table_refs(text: str) -> list[TableRef]:
    """Every table that `text`, one query, reads, in the order they stand, and every call of read_files.

    Common table expressions are left out.

    Raises Failure where the text is no query, or cannot be parsed.
    """
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    query, streamed = _parsed(text)
    refs = {ref.start: ref for ref in _file_calls(text)}
    for scope in traverse_scope(query):
        for source in scope.sources.values():
            if not isinstance(source, exp.Table) or not source.parts or not isinstance(source.this, exp.Identifier):
                continue
            first, last = source.parts[0].meta, source.parts[-1].meta
            parts = tuple(part.name for part in source.parts)
            refs[first["start"]] = TableRef(parts, first["start"] in streamed, first["start"], last["end"] + 1)
    return [refs[start] for start in sorted(refs)]


def check_query(text: str) -> None:
    """Make sure that `text` is one whole query. Raises Failure where it is not, or where it has a parameter marker."""
    from sqlglot import exp

    query, _ = _parsed(text)
    list(_file_calls(text))
    if marker := query.find(exp.Placeholder):
        raise not_supported(f"the parameter {marker.sql('databricks')} has no value in a source file", "Use ${key}")


def refuse_in_pipelines(text: str) -> None:
    """Raises Failure for what a query may not have in a pipeline, or not in local runs."""
    from sqlglot import exp

    if "pivot" in text.lower() and any(not pivot.args.get("unpivot") for pivot in _parsed(text)[0].find_all(exp.Pivot)):
        raise fail("PIVOT is not supported in a pipeline", PIVOT)
    words = [token.text for token in _tokens(text)]
    for word, following in pairwise(words):
        if word.upper() in SQL_FUNCTIONS and following == "(":
            remedy = "Give the rows as a fixture, and read that table"
            raise not_supported(f"{word.lower()} is not supported in local runs", remedy)


def _file_calls(text: str) -> Iterator[TableRef]:
    plain, streamed = _without_stream(text)
    tokens = _tokens(plain)
    for index, token in enumerate(tokens[:-1]):
        if token.text.upper() in FUNCTIONS and tokens[index + 1].text == "(":
            start, end = token.start, _closing(tokens, index + 1).end + 1
            call = read_call(plain[start:end], start in streamed, METADATA in (token.text.lower() for token in tokens))
            yield TableRef((token.text,), start in streamed, start, end, call)


def _parsed(text: str) -> tuple[Any, set[int]]:
    """sqlglot's tree of the query, and where the tables start that are read as streams."""
    import sqlglot
    from sqlglot import exp

    plain, streamed = _without_stream(text)
    known, tokens = plain, _tokens(plain)
    if tokens and (first := tokens[0].text.upper()) in ("MAP", "REDUCE", "TABLE"):
        # sqlglot does not know them.
        raise not_supported(f"a query that starts with {first} is not supported in local runs", "Write a SELECT")
    for start, end in watermark_clauses(tokens):
        known = known[:start] + " " * (end - start) + known[end:]
    try:
        query = sqlglot.parse_one(known, dialect="databricks")
    except (sqlglot.errors.SqlglotError, IndexError, RecursionError) as error:
        # IndexError is sqlglot's own slip, on map('x'); RecursionError comes of thousands of nested parentheses.
        raise not_sql(error, text) from error
    if not isinstance(query, exp.Query | exp.Values):
        first, more = plain.split()[:3], plain.split()[3:]
        raise fail(f"this is no query: {' '.join(first + ['…'] * bool(more))}", "Write a SELECT")
    return query, streamed


def with_aliases(text: str, refs: list[TableRef]) -> tuple[str, list[str]]:
    """`text` with new names for its `refs`, and those names, one a reference.

    No name is given twice: Spark binds it for the whole session while it looks at the query, so other queries of that
    moment, and those that this one is made of, would take each other's tables. Where the query asks for `_metadata` of
    files, that is a column of theirs, which a `*` does not take.
    """
    plain, _ = _without_stream(text)
    names, edits = [], _qualifiers(text, refs)
    watermarks = list(watermark_clauses(_tokens(plain)))
    for ref in refs:
        names.append(f"_table_{uuid.uuid4().hex}")
        edits.append((ref.start, ref.end, names[-1]))
        # An alias stands behind a watermark.
        end = next((end for start, end in watermarks if not plain[ref.end : start].strip()), ref.end)
        if not _takes_no_alias(plain, end):
            # A column may be written with the table's own name before it: the alias keeps that valid.
            edits.append((end, end, f" AS {join_identifier(ref.parts[-1:])}"))
        if ref.files and ref.files.metadata:
            edits += [(place, place, added) for place, added in hidden_from_stars(_tokens(plain), ref.start, METADATA)]
    for start, end, new in sorted(set(edits), reverse=True):
        plain = plain[:start] + new + plain[end:]
    return plain, names


def _qualifiers(text: str, refs: list[TableRef]) -> list[tuple[int, int, str]]:
    """Edits that take catalog and schema away where they stand before a column: the table's new name has neither."""
    from sqlglot import exp

    tables = [tuple(part.lower() for part in ref.parts) for ref in refs if len(ref.parts) > 1]
    edits = []
    for column in _parsed(text)[0].find_all(exp.Column) if tables else ():
        parts = tuple(part.name.lower() for part in column.parts)
        for size in range(min(3, len(parts) - 1), 1, -1):
            if any(parts[:size] == table[-size:] for table in tables):
                edits.append((column.parts[0].meta["start"], column.parts[size - 1].meta["start"], ""))
                break
    return edits


def _without_stream(text: str) -> tuple[str, set[int]]:
    """`text` with each `STREAM t` and `STREAM(t)` as `t` at the same place, and where those tables start."""
    from sqlglot.tokens import TokenType

    tokens = _tokens(text)
    characters, starts = list(text), set()
    for index, token in enumerate(tokens[:-1]):
        before = tokens[index - 1].text.upper() if index else ""
        if token.text.upper() != "STREAM" or before not in ("FROM", "JOIN", ","):
            continue
        following = tokens[index + 1]
        blank = [token]
        if following.token_type is TokenType.L_PAREN:
            blank += [following, _closing(tokens, index + 1)]
            starts.add(tokens[index + 2].start)
        elif following.token_type in (TokenType.VAR, TokenType.IDENTIFIER):
            starts.add(following.start)
        else:
            continue
        for gone in blank:
            characters[gone.start : gone.end + 1] = " " * (gone.end + 1 - gone.start)
    return "".join(characters), starts


def _tokens(text: str) -> list:
    from sqlglot.dialects import Databricks
    from sqlglot.errors import SqlglotError

    try:
        return Databricks().tokenize(text)
    except SqlglotError as error:
        raise not_sql(error, text) from error


def _closing(tokens: list, opening: int):
    from sqlglot.tokens import TokenType

    depth = 0
    for token in tokens[opening:]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0:
            return token
    raise fail("a parenthesis after STREAM is not closed", "Mend the query")


def _takes_no_alias(text: str, end: int) -> bool:
    """Whether the table that stops at `end` has an alias of its own, or a clause that an alias must follow."""
    from sqlglot.tokens import TokenType

    following = _tokens(text[end:])
    taken = (TokenType.ALIAS, TokenType.VAR, TokenType.IDENTIFIER, TokenType.TABLE_SAMPLE)
    return bool(following) and following[0].token_type in taken
