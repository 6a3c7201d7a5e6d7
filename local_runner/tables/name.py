"""Three-part names, as Unity Catalog has them: not case-sensitive, quoted with backticks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

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

    def ends_with(self, text: str) -> bool:
        """Whether `text` is this name, or its last one or two parts; its backticks may be left out."""
        return f".{self}".endswith(f".{text.replace('`', '').lower()}")

    def __str__(self) -> str:
        return f"{self.catalog}.{self.schema}.{self.table}"


def named(text: str, names: list[TableName]) -> TableName:
    """The one of `names` that `text` means: whole, or by its last parts where only one ends so.

    Raises Failure where there is none, or where there are several.
    """
    if found := [name for name in names if name.ends_with(text)]:
        return the_one(text, found)
    said = text.replace("`", "")
    tables = {name.table: str(name) for name in names}
    if close := get_close_matches(said.split(".")[-1].lower(), tables, n=1):
        raise fail(f"no table named {said}", f"Did you mean {tables[close[0]]}?")
    raise fail(f"no table named {said}", "`just tables` lists the tables that local runs have made")


def the_one(text: str, found: list[TableName]) -> TableName:
    """The only one of `found`, which are all called `text`. Raises Failure where they are several."""
    if len(found) > 1:
        said = text.replace("`", "")
        raise fail(f"{len(found)} tables are called {said}", "\n".join(["Say which:", *map(str, found)]))
    return found[0]


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
