"""`AUTO CDC INTO` and the older `APPLY CHANGES INTO`: what follows the name of the target.

Clauses: https://docs.databricks.com/aws/en/ldp/developer/ldp-sql-ref-apply-changes-into
"""

from dataclasses import dataclass
from typing import Any

from local_runner.diagnostics import fail, not_supported
from local_runner.pipeline.sql.tokens import Tokens
from local_runner.tables.name import join_identifier

_CLAUSES = (
    ("KEYS",),
    ("IGNORE", "NULL", "UPDATES"),
    ("APPLY", "AS"),
    ("SEQUENCE", "BY"),
    ("SYSTEM", "SEQUENCE"),
    ("COLUMNS",),
    ("STORED", "AS"),
    ("TRACK", "HISTORY"),
)


@dataclass(frozen=True)
class AutoCdc:
    """The arguments of `create_auto_cdc_flow`, but for `target`, `name` and `once`; conditions are SQL text."""

    arguments: dict[str, Any]


def read_auto_cdc(tokens: Tokens) -> AutoCdc:
    """Read `FROM … KEYS … SEQUENCE BY …` and the clauses after it, in any order.

    Raises Failure where one of these three is missing, or for a clause that is not known here.
    """
    tokens.expect("FROM")
    arguments: dict[str, Any] = {"source": _source(tokens)}
    start = tokens.location
    while not tokens.done:
        location, words = tokens.location, tokens.words(3)
        clause = _clause(tokens)
        if clause is None:
            summary = f"{words.upper()} is not supported in AUTO CDC in local runs"
            raise not_supported(summary, "Take the clause out", location)
        arguments |= clause
    for clause, argument in (("KEYS", "keys"), ("SEQUENCE BY", "sequence_by")):
        if argument not in arguments:
            raise fail(f"AUTO CDC has no {clause}", f"Add {clause}", start)
    return AutoCdc(arguments)


def _source(tokens: Tokens) -> str:
    location = tokens.location
    stream = tokens.accept("STREAM")
    bracket = tokens.accept("(")
    if tokens.sees("SELECT"):
        raise not_supported(
            "a query as the source of AUTO CDC is not supported in local runs",
            "Give it a name with CREATE TEMPORARY VIEW, and read that",
            location,
        )
    if not stream:
        raise not_supported("the source of AUTO CDC must be a stream", "Write FROM STREAM(source)", location)
    source = join_identifier(tokens.dotted_name())
    if bracket:
        tokens.expect(")")
    return source


def _clause(tokens: Tokens) -> dict[str, Any] | None:
    """The clause that comes next, as an argument; None where it is not known."""
    if tokens.accept("KEYS"):
        return {"keys": list(tokens.names_in_brackets())}
    if tokens.accept("SEQUENCE", "BY"):
        return {"sequence_by": tokens.until(*_CLAUSES)}
    if tokens.accept("APPLY", "AS", "DELETE", "WHEN"):
        return {"apply_as_deletes": tokens.until(*_CLAUSES)}
    if tokens.accept("APPLY", "AS", "TRUNCATE", "WHEN"):
        return {"apply_as_truncates": tokens.until(*_CLAUSES)}
    if tokens.accept("STORED", "AS", "SCD", "TYPE"):
        return {"stored_as_scd_type": tokens.until(*_CLAUSES)}
    if tokens.accept("COLUMNS"):
        return _columns(tokens, "")
    if tokens.accept("TRACK", "HISTORY", "ON"):
        return _columns(tokens, "track_history_")
    if tokens.accept("IGNORE", "NULL", "UPDATES"):
        return _columns(tokens, "ignore_null_updates_") if tokens.accept("ON") else {"ignore_null_updates": True}
    return None


def _columns(tokens: Tokens, argument: str) -> dict[str, Any]:
    """`a, b`, `(a, b)` or `* EXCEPT (a, b)`, as the argument whose name begins with `argument`."""
    if tokens.accept("*"):
        tokens.expect("EXCEPT")
        return {f"{argument}except_column_list": list(tokens.names_in_brackets())}
    if tokens.sees("("):
        return {f"{argument}column_list": list(tokens.names_in_brackets())}
    names = [".".join(tokens.dotted_name())]
    while tokens.accept(","):
        names.append(".".join(tokens.dotted_name()))
    return {f"{argument}column_list": names}
