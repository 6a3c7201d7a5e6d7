"""The column list of a CREATE statement: columns with types or without, and rules about rows."""

from dataclasses import dataclass

from local_runner.diagnostics import fail, not_supported
from local_runner.pipeline.definitions import Action, Expectation
from local_runner.pipeline.sql.tokens import Tokens
from local_runner.tables.name import join_identifier

_ENDS = ((",",), (")",))
_PROPERTIES = ("NOT", "COMMENT", "PRIMARY", "FOREIGN", "CONSTRAINT", "REFERENCES", "GENERATED", "DEFAULT", "MASK", "COLLATE")
_ON_VIOLATION = {("DROP", "ROW"): Action.DROP, ("FAIL", "UPDATE"): Action.FAIL}


@dataclass(frozen=True)
class Columns:
    """`ddl` declares the columns where they have types, as `StructType.fromDDL` reads it; else `labels` names them."""

    ddl: str | None = None
    labels: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()


def read_columns(tokens: Tokens) -> Columns:
    """Read `( … )`. A column that is NOT NULL gives a rule: a row without it fails the update, as a write would there.

    Keys (PRIMARY KEY, FOREIGN KEY) are read and have no effect: Databricks does not enforce them either. Raises Failure
    for what would change rows and is not done here.
    """
    typed: list[str] = []
    labels: list[str] = []
    rules: list[Expectation] = []
    location = tokens.location
    tokens.expect("(")
    while not tokens.accept(")"):
        if not _table_constraint(tokens, rules):
            _column(tokens, typed, labels, rules)
        if not tokens.sees(")"):
            tokens.expect(",")
    if typed and labels:
        raise fail(f"column {labels[0]} has no type, and others have", "Give each column a type, or none", location)
    return Columns(", ".join(typed) or None, tuple(labels), tuple(rules))


def _table_constraint(tokens: Tokens, rules: list[Expectation]) -> bool:
    """Step over a constraint, where one comes next; one that EXPECTs is added to `rules`."""
    location = tokens.location
    named = tokens.accept("CONSTRAINT")
    name = tokens.name() if named else ""
    if tokens.accept("PRIMARY", "KEY") or tokens.accept("FOREIGN", "KEY"):
        tokens.until(*_ENDS)
    elif named and tokens.accept("EXPECT"):
        rules.append(Expectation(name, tokens.in_brackets(), _action(tokens)))
    elif named:
        raise not_supported(f"constraint {name} is not supported in local runs", "Use EXPECT (condition)", location)
    else:
        return False
    return True


def _action(tokens: Tokens) -> Action:
    if not tokens.accept("ON", "VIOLATION"):
        return Action.WARN
    for words, action in _ON_VIOLATION.items():
        if tokens.accept(*words):
            return action
    raise tokens.unexpected("DROP ROW or FAIL UPDATE")


def _column(tokens: Tokens, typed: list[str], labels: list[str], rules: list[Expectation]) -> None:
    name = tokens.name()
    quoted = join_identifier([name])
    if any(tokens.sees(word) for word in (",", ")", "COMMENT")):
        labels.append(name)
        _comment(tokens)
        return
    kind = tokens.type(*_ENDS, *((word,) for word in _PROPERTIES))
    comment = ""
    while not any(tokens.sees(*end) for end in _ENDS):
        location, words = tokens.location, tokens.words(1)
        if tokens.accept("NOT", "NULL"):
            rules.append(Expectation(f"{name} NOT NULL", f"{quoted} IS NOT NULL", Action.FAIL))
        elif tokens.sees("COMMENT"):
            comment = _comment(tokens)
        elif not _key(tokens):
            summary = f"{words.upper()} of column {name} is not supported in local runs"
            raise not_supported(summary, "Take it out", location)
    typed.append(f"{quoted} {kind}{comment}")


def _comment(tokens: Tokens) -> str:
    """` COMMENT '…'` as a DDL string has it; empty where there is none."""
    if not tokens.accept("COMMENT"):
        return ""
    text = tokens.string().replace("\\", "\\\\").replace("'", "\\'")
    return f" COMMENT '{text}'"


def _key(tokens: Tokens) -> bool:
    """Step over a column's own PRIMARY KEY, FOREIGN KEY or REFERENCES, where one comes next."""
    if tokens.accept("CONSTRAINT"):
        tokens.name()
    if not any(tokens.sees(word) for word in ("PRIMARY", "FOREIGN", "REFERENCES")):
        return False
    tokens.until(*_ENDS, ("NOT", "NULL"), ("COMMENT",))
    return True
