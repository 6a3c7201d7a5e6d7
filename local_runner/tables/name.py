"""Three-part names, as Unity Catalog has them: not case-sensitive, quoted with backticks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from local_runner.diagnostics import fail

_PART = re.compile(r"`((?:[^`]|``)+)`|([^`.\s]+)")


@dataclass(frozen=True, order=True)
class TableName:
    catalog: str
    schema: str
    table: str

    @classmethod
    def parse(cls, text: str, catalog: str, schema: str) -> "TableName":
        """The name that `text` (one to three parts) has where `catalog` and `schema` are the current ones.

        Raises Failure where `text` is no such name, or where a part could not be a folder's name.
        """
        return cls.of_parts(split_identifier(text), catalog, schema)

    @classmethod
    def of_parts(cls, parts: list[str], catalog: str, schema: str) -> "TableName":
        """As `parse`, for a name that is already split."""
        if not 1 <= len(parts) <= 3:
            raise fail(f"'{'.'.join(parts)}' is not a table name", "A table has one to three parts: catalog.schema.table")
        full = ([catalog, schema, ""][: 3 - len(parts)] + parts)[:3]
        for part in full:
            if part in ("", ".", "..") or re.search(r"[/\\\x00]", part):
                raise fail(f"'{part}' cannot be part of a table name", "Use letters, digits and underscores")
        return cls(*(part.lower() for part in full))

    def __str__(self) -> str:
        return f"{self.catalog}.{self.schema}.{self.table}"


def join_identifier(parts: Iterable[str]) -> str:
    """`parts` as a dotted identifier, each in backticks."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in parts)


def split_identifier(text: str) -> list[str]:
    """The parts of a dotted identifier, without their backticks. Raises Failure where it is none."""
    parts: list[str] = []
    position = 0
    text = text.strip()
    while position <= len(text):
        match = _PART.match(text, position)
        if not match or (match.end() < len(text) and text[match.end()] != "."):
            raise fail(f"'{text}' is not a table name", "Put backticks around a part that holds dots or spaces")
        parts.append(match[1].replace("``", "`") if match[1] else match[2])
        position = match.end() + 1
        if match.end() == len(text):
            break
    return parts
