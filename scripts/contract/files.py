"""The contracts that are recorded: a file a pair, a line a column."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from local_runner.diagnostics import Failure, Location, fail
from scripts.contract.tables import Column, Table, Tables, is_whole

_FOLDER = "contracts"
_MEND = "Mend it, or write it anew: just contract --update"
_PLAIN = re.compile(r"\w(?:[\w<>(),.\[\] ]*[\w>)\]])?")


def pairs(root: Path) -> list[str]:
    """The pairs that have a contract, as `<domain>/<source>`."""
    return sorted(f"{file.parent.name}/{file.stem}" for file in (root / _FOLDER).glob("*/*.yml"))


def file_of(root: Path, pair: str) -> Path:
    return root / _FOLDER / f"{pair}.yml"


def read(root: Path, pair: str) -> Tables:
    """The contract of `pair`. Raises Failure where its file is none."""
    file = file_of(root, pair)
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise _no_contract(file, mark.line if mark else -1) from error
    tables = {}
    for name, columns in _entries(node, file):
        found = {column.value: Column(_type(type_, file), _at(column, file)) for column, type_ in _entries(columns, file)}
        tables[name.value] = Table(found, _at(name, file))
    return tables


def write(root: Path, pair: str, tables: Tables) -> bool:
    """Record `tables` as the contract of `pair`, in one step; without tables there is none. Whether anything changed."""
    file = file_of(root, pair)
    before = file.read_bytes() if file.exists() else None
    after = _text_of(pair, tables).encode() if tables else None
    if after is None:
        file.unlink(missing_ok=True)
    elif after != before:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.write_bytes(after)
        os.replace(draft, file)
    return after != before


def _text_of(pair: str, tables: Tables) -> str:
    lines = [f"# The final tables of {pair}, for those who read them: `just contract --update` writes this file."]
    for name in sorted(tables):
        lines.append(f"{_scalar(name)}:")
        lines += [f"  {_scalar(column)}: {_scalar(of.type)}" for column, of in tables[name].columns.items()]
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _entries(node: yaml.Node | None, file: Path) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """The keys and values of a mapping, each key once."""
    if not isinstance(node, yaml.MappingNode):
        raise _no_contract(file, node.start_mark.line if node else 0)
    keys = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in keys:
            raise _no_contract(file, key.start_mark.line)
        keys.add(key.value)
        yield key, value


def _type(node: yaml.Node, file: Path) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _no_contract(file, node.start_mark.line)
    if not is_whole(node.value):
        raise fail(f"{node.value} is no type: its brackets do not match", _MEND, _at(node, file))
    return node.value


def _at(node: yaml.Node, file: Path) -> Location:
    return Location(str(file), node.start_mark.line + 1)


def _no_contract(file: Path, line: int) -> Failure:
    """`line` counts from 0."""
    words = "is no contract: it must give each table's columns once, and each column's type"
    return fail(words, _MEND, Location(str(file), line + 1))
