"""`cloudFiles.schemaHints`: types for columns, and for fields within them, laid over the inferred ones.

`id INT, address.zip STRING, tags.element INT, prices.value DECIMAL(9,2)`: the element of an array, the key and the value
of a map have names of their own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from local_runner.diagnostics import fail
from local_runner.tables.name import split_identifier

_HINT = re.compile(r"(?P<name>(?:`[^`]+`|[^`.\s]+)(?:\.(?:`[^`]+`|[^`.\s]+))*)\s+(?P<type>.+)", re.DOTALL)


@dataclass(frozen=True)
class Hint:
    """A type for the column or field at `path`."""

    path: tuple[str, ...]
    type: Any


def parse_hints(text: str) -> tuple[Hint, ...]:
    """The hints that `text` gives. Raises Failure where it gives none that Spark understands."""
    return tuple(_parse(part) for part in _split(text))


def with_hints(columns: Any, hints: Iterable[Hint]) -> Any:
    """The StructType `columns` with the types of `hints`; what it lacks comes at its end.

    Raises Failure where a hint names a part of a column that has no such part.
    """
    for hint in hints:
        columns = _hinted(columns, hint.path, hint)
    return columns


def _hinted(type_: Any, path: tuple[str, ...], hint: Hint) -> Any:
    from pyspark.sql.types import ArrayType, MapType, StructField, StructType

    if not path:
        return hint.type
    name, rest = path[0], path[1:]
    if isinstance(type_, StructType):
        names = [field.name.lower() for field in type_]
        if name.lower() not in names:
            return StructType([*type_, StructField(name, _hinted(StructType([]), rest, hint))])
        place = names.index(name.lower())
        # A hint also says which case a name is written in.
        return StructType(
            [
                StructField(name, _hinted(field.dataType, rest, hint)) if index == place else field
                for index, field in enumerate(type_)
            ]
        )
    if isinstance(type_, ArrayType) and name == "element":
        return ArrayType(_hinted(type_.elementType, rest, hint))
    if isinstance(type_, MapType) and name in ("key", "value"):
        key = _hinted(type_.keyType, rest, hint) if name == "key" else type_.keyType
        return MapType(key, _hinted(type_.valueType, rest, hint) if name == "value" else type_.valueType)
    whole, part = ".".join(hint.path[: -len(path)]), ".".join(hint.path)
    raise fail(
        f"cloudFiles.schemaHints names {part}, but {whole} is inferred as {type_.simpleString()}",
        f"Give the type of all of {whole}, or infer it with cloudFiles.inferColumnTypes",
    )


def _parse(text: str) -> Hint:
    from pyspark.errors import ParseException
    from pyspark.sql.types import StructType

    parts = _HINT.fullmatch(text)
    try:
        (field,) = StructType.fromDDL(f"hint {parts['type']}") if parts else ()
    except (ParseException, ValueError):
        raise fail(f"cloudFiles.schemaHints: '{text}' is no column with a type", "Write it as in: id INT") from None
    return Hint(tuple(split_identifier(parts["name"])), field.dataType)


def _split(text: str) -> Iterator[str]:
    """The parts between commas that stand in no parentheses, brackets or backticks."""
    depth, part, inside = 0, "", False
    for character in text:
        inside ^= character == "`"
        depth += 0 if inside else {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == "," and depth == 0 and not inside:
            yield part.strip()
            part = ""
        else:
            part += character
    if part.strip():
        yield part.strip()
