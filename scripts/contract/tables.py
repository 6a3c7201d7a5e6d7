"""A final table's columns as values, whether they are recorded or found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local_runner.diagnostics import Location

NOT_NULL = " not null"
_CLOSING = {"(": ")", "<": ">"}


@dataclass(frozen=True)
class Column:
    """`type` is as SQL writes it, and ends with `not null` where the column never is."""

    type: str
    location: Location


@dataclass(frozen=True)
class Table:
    """The fields of a struct are columns of their own: `address`, `address.city`; those in an array are `lines[].price`."""

    columns: Mapping[str, Column]
    location: Location


# By name. The tables of several pairs are a dict of these, by `<domain>/<source>`.
Tables = Mapping[str, Table]


def flat(name: str, type_: str) -> Iterator[tuple[str, str]]:
    """The column `name` of the type `type_`, and the fields that lie in it, each with its own type.

    >>> list(flat("at", "struct<city:string,lines:array<struct<no:int>>>"))
    [('at', 'struct'), ('at.city', 'string'), ('at.lines', 'array'), ('at.lines[]', 'struct'), ('at.lines[].no', 'int')]
    """
    kind, _, inside = type_.partition("<")
    parts = list(_parts(inside.removesuffix(">")))
    if kind == "struct":
        yield name, kind
        for part in parts:
            field, _, of = part.partition(":")
            yield from flat(f"{name}.{field}", of)
    elif "struct<" in inside:
        # What is before the last part is a map's key.
        yield name, "<".join([kind, *parts[:-1]]) + ">" * len(parts[:-1])
        yield from flat(f"{name}[]", parts[-1])
    else:
        yield name, type_


def is_whole(type_: str) -> bool:
    """Whether each bracket of a type has its other one."""
    open_ = []
    for character in type_:
        if character in _CLOSING:
            open_.append(_CLOSING[character])
        elif character in _CLOSING.values() and (not open_ or open_.pop() != character):
            return False
    return not open_


def _parts(text: str) -> Iterator[str]:
    """The parts of `text` between the commas that stand in no brackets."""
    depth, part = 0, ""
    for character in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield part
            part = ""
        else:
            part += character
    if part:
        yield part
