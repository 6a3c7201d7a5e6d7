"""A pipeline's SQL text as statements: pure values, found before Spark starts.

Grammar: https://docs.databricks.com/aws/en/ldp/developer/sql-ref (CREATE STREAMING TABLE, CREATE MATERIALIZED VIEW,
CREATE TEMPORARY VIEW, CREATE FLOW, AUTO CDC INTO), with the older LIVE spellings and APPLY CHANGES INTO.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location, fail, not_supported
from local_runner.pipeline.definitions import Kind
from local_runner.pipeline.sql.auto_cdc import AutoCdc, read_auto_cdc
from local_runner.pipeline.sql.columns import Columns, read_columns
from local_runner.pipeline.sql.tokens import Token, Tokens, split_statements, tokenise
from local_runner.pipeline.sql.words import refused_clause, refused_creation, refused_statement

_PARAMETER = re.compile(r"\$\{([\w.-]+)\}")


@dataclass(frozen=True)
class Query:
    """A query as the person wrote it, and the line it starts at."""

    text: str
    location: Location


@dataclass(frozen=True)
class DatasetStatement:
    """CREATE … TABLE or VIEW. `flow` feeds it: None where flows of their own do."""

    location: Location
    kind: Kind
    name: tuple[str, ...]
    columns: Columns = field(default_factory=Columns)
    comment: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    partition_cols: tuple[str, ...] = ()
    private: bool = False
    flow: Query | AutoCdc | None = None
    once: bool = False


@dataclass(frozen=True)
class FlowStatement:
    """CREATE FLOW, or an APPLY CHANGES INTO of its own, which has no name."""

    location: Location
    name: str | None
    target: tuple[str, ...]
    flow: Query | AutoCdc
    once: bool = False


@dataclass(frozen=True)
class SetStatement:
    """SET key = value: for the statements after it in the same file."""

    location: Location
    key: str
    value: str


@dataclass(frozen=True)
class UseStatement:
    """USE CATALOG or USE SCHEMA: for the statements after it in the same file."""

    location: Location
    catalog: str | None = None
    schema: str | None = None


@dataclass(frozen=True)
class QueryStatement:
    """A query that defines nothing."""

    query: Query


Statement = DatasetStatement | FlowStatement | SetStatement | UseStatement | QueryStatement


def parse_statements(text: str, file: str, parameters: dict[str, str]) -> list[Statement]:
    """The statements of SQL text, in their order.

    `${key}` stands for the value in `parameters`, to which each SET adds its own. Raises Failure with a diagnostic for
    each statement that is none of a pipeline's, or is not whole.
    """
    statements: list[Statement] = []
    problems: list[Diagnostic] = []
    for tokens in split_statements(tokenise(text, file)):
        try:
            statement = _statement(_substituted(text, file, tokens, parameters))
        except Failure as failure:
            problems += failure.diagnostics
            continue
        if isinstance(statement, SetStatement):
            parameters[statement.key] = statement.value
        statements.append(statement)
    if problems:
        raise Failure(*problems)
    return statements


def _substituted(text: str, file: str, tokens: list[Token], values: Mapping[str, str]) -> Tokens:
    """The statement with the value of each parameter in its place; line breaks before it keep its lines' numbers."""
    start, end = tokens[0].start, tokens[-1].end

    def value(match: re.Match[str]) -> str:
        place = start + match.start()
        in_code = any(token.start <= place < token.end for token in tokens)
        if in_code and match[1] not in values:
            raise fail(
                f"there is no value for {match[0]}",
                f"Add {match[1]} to the pipeline's resource, under `configuration`",
                Location(file, text.count("\n", 0, place) + 1),
            )
        return values.get(match[1], match[0])

    statement = "\n" * text.count("\n", 0, start) + _PARAMETER.sub(value, text[start:end])
    return Tokens(statement, file, tokenise(statement, file))


def _statement(tokens: Tokens) -> Statement:
    location = tokens.location
    words = tokens.words(1)
    if tokens.accept("CREATE"):
        tokens.accept("OR", "REFRESH") or tokens.accept("OR", "REPLACE")
        if tokens.accept("FLOW"):
            return _flow(tokens, location)
        return _dataset(tokens, location)
    if tokens.accept("APPLY", "CHANGES", "INTO"):
        target = tokens.dotted_name()
        return FlowStatement(location, None, target, read_auto_cdc(tokens))
    if tokens.accept("SET"):
        return _set(tokens, location)
    if tokens.accept("USE"):
        return _use(tokens, location)
    if any(tokens.sees(word) for word in ("SELECT", "WITH", "FROM", "VALUES", "TABLE", "(")):
        return QueryStatement(_query(tokens))
    raise refused_statement(words, location)


def _dataset(tokens: Tokens, location: Location) -> DatasetStatement:
    private = tokens.accept("PRIVATE") or tokens.accept("TEMPORARY") or tokens.accept("TEMP")
    live = tokens.accept("LIVE")
    streaming = tokens.accept("STREAMING")
    live = tokens.accept("LIVE") or live
    if tokens.accept("MATERIALIZED", "VIEW"):
        kind = Kind.MATERIALIZED_VIEW
    elif tokens.accept("TABLE"):
        kind = Kind.STREAMING_TABLE if streaming else Kind.MATERIALIZED_VIEW
    elif (private or live) and tokens.accept("VIEW"):
        kind = Kind.TEMPORARY_VIEW
    elif tokens.sees("VIEW"):
        raise not_supported(
            "CREATE VIEW is not supported in local runs: a view that is published",
            "Use CREATE TEMPORARY VIEW, or CREATE MATERIALIZED VIEW",
            location,
        )
    else:
        raise refused_creation(tokens.words(1), location) if not tokens.done else tokens.unexpected("TABLE or VIEW")
    tokens.accept("IF", "NOT", "EXISTS")
    name = tokens.dotted_name()
    columns = read_columns(tokens) if tokens.sees("(") else Columns()
    clauses = _clauses(tokens)
    flow, once = _own_flow(tokens, kind)
    return DatasetStatement(location, kind, name, columns, **clauses, private=private, flow=flow, once=once)


def _own_flow(tokens: Tokens, kind: Kind) -> tuple[Query | AutoCdc | None, bool]:
    """What stands after a dataset's clauses: its query, `FLOW …`, or nothing; and whether it runs once."""
    if kind is Kind.STREAMING_TABLE:
        if tokens.done:
            return None, False
        if tokens.accept("FLOW", "AUTO", "CDC"):
            return read_auto_cdc(tokens), False
        if tokens.accept("FLOW"):
            tokens.expect("INSERT")
            once = tokens.accept("ONCE")
            tokens.expect("BY", "NAME")
            return _query(tokens), once
    tokens.expect("AS")
    return _query(tokens), False


def _flow(tokens: Tokens, location: Location) -> FlowStatement:
    name = ".".join(tokens.dotted_name())
    if tokens.accept("COMMENT"):
        tokens.string()
    tokens.expect("AS")
    if tokens.accept("AUTO", "CDC") or tokens.accept("APPLY", "CHANGES"):
        once = tokens.accept("ONCE")
        tokens.expect("INTO")
        return FlowStatement(location, name, tokens.dotted_name(), read_auto_cdc(tokens), once)
    tokens.expect("INSERT", "INTO")
    once = tokens.accept("ONCE")
    target = tokens.dotted_name()
    if tokens.sees("REPLACE"):
        raise refused_clause(tokens.words(2), tokens.location)
    tokens.expect("BY", "NAME")
    return FlowStatement(location, name, target, _query(tokens), once)


def _query(tokens: Tokens) -> Query:
    location = tokens.location
    return Query(tokens.rest(), location)


def _set(tokens: Tokens, location: Location) -> SetStatement:
    key = tokens.until(("=",))
    if " " in key or tokens.done:
        raise refused_statement(f"SET {key}", location)
    tokens.expect("=")
    return SetStatement(location, key, tokens.rest().strip())


def _use(tokens: Tokens, location: Location) -> UseStatement:
    if tokens.accept("CATALOG"):
        catalog, schema = tokens.name(), None
    else:
        tokens.accept("SCHEMA") or tokens.accept("DATABASE") or tokens.accept("NAMESPACE")
        *catalogs, schema = tokens.dotted_name()
        catalog = ".".join(catalogs) or None
    if not tokens.done:
        raise tokens.unexpected("the end of the statement")
    return UseStatement(location, catalog, schema)


def _clauses(tokens: Tokens) -> dict[str, Any]:
    """COMMENT, TBLPROPERTIES and PARTITIONED BY; those about storage alone are read and have no effect here."""
    clauses: dict[str, Any] = {}
    while not (tokens.done or tokens.sees("AS") or tokens.sees("FLOW")):
        location, words = tokens.location, tokens.words(3 if tokens.sees("WITH") else 1)
        if tokens.accept("COMMENT"):
            clauses["comment"] = tokens.string()
        elif tokens.accept("TBLPROPERTIES"):
            clauses["properties"] = _properties(tokens)
        elif tokens.accept("PARTITIONED", "BY"):
            clauses["partition_cols"] = tokens.names_in_brackets()
        elif tokens.accept("CLUSTER", "BY"):
            if not (tokens.accept("AUTO") or tokens.accept("NONE")):
                tokens.names_in_brackets()
        elif not (
            tokens.accept("USING", "DELTA")
            or tokens.accept("DEFAULT", "COLLATION", "UTF8_BINARY")
            or _refresh_policy(tokens)
        ):
            raise refused_clause(words, location)
    return clauses


def _refresh_policy(tokens: Tokens) -> bool:
    if not tokens.accept("REFRESH", "POLICY"):
        return False
    tokens.name()
    tokens.accept("STRICT")
    return True


def _properties(tokens: Tokens) -> dict[str, str]:
    properties = {}
    tokens.expect("(")
    while not tokens.accept(")"):
        key = tokens.string() if tokens.at_string else ".".join(tokens.dotted_name())
        tokens.accept("=")
        properties[key] = tokens.string() if tokens.at_string else tokens.until((",",), (")",))
        tokens.sees(")") or tokens.expect(",")
    return properties
