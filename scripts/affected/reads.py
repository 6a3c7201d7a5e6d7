"""The tables and the pipeline's settings that Python code reads."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from scripts.affected.module import SQL, Module, read_module
from scripts.affected.sql import settings_named, statements
from scripts.lineage.python_source import reads_of_file
from scripts.lineage.source import Parts
from scripts.lineage.sql_source import is_computed, names_in, query_reads, with_settings
from scripts.lineage.text_values import is_setting, module_scope, text_of

# Names, with the text that each stands for.
Texts = tuple[tuple[str, str], ...]


@dataclass
class Reads:
    """What a unit of code reads. A None among them stands for what only running the code would tell."""

    tables: set[Parts | None] = field(default_factory=set)
    settings: set[str | None] = field(default_factory=set)


def reads_by_unit(source: bytes, configuration: Mapping[str, str], texts: Texts) -> Mapping[str, Reads]:
    """What each unit of a Python file reads in a pipeline with this configuration; it imports `texts`."""
    settings = _settings_read(source)
    used = {key: configuration[key] for _, key in settings if key in configuration}
    return _reads_by_unit(source, tuple(sorted(used.items())), texts)


def tables_of(query: str) -> set[Parts | None]:
    """The tables that SQL reads; of what is no query, or cannot be parsed, each name that may be a table's."""
    reads = query_reads(query)
    tables: set[Parts | None] = {parts for parts, _ in (names_in(query) if reads is None else reads)}
    return tables | {None} if is_computed(query) else tables


@cache
def _reads_by_unit(source: bytes, configuration: Texts, texts: Texts) -> Mapping[str, Reads]:
    module = read_module(source)
    if module is None:
        return {}
    found: dict[str, Reads] = defaultdict(Reads)
    for read in reads_of_file(_with_texts(ast.parse(source), dict(texts)), "", dict(configuration)):
        found[module.unit_at(read.location.line)].tables.add(read.parts)
    for line, key in _settings_read(source):
        found[module.unit_at(line)].settings.add(key)
    for unit, _, text in _sql(module):
        found[unit].tables |= tables_of(with_settings(text, dict(configuration)))
    return dict(found)


def _with_texts(tree: ast.Module, texts: Mapping[str, str]) -> ast.Module:
    """`tree` with `texts` assigned to names, where it imports them."""
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom):
            statement.names = [alias for alias in statement.names if (alias.asname or alias.name) not in texts]
    assigned = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(text), lineno=0) for name, text in texts.items()]
    tree.body = [*assigned, *tree.body]
    return tree


@cache
def _settings_read(source: bytes) -> tuple[tuple[int, str | None], ...]:
    """The line of each read of the pipeline's configuration, and its key: None where the key is not written out."""
    module = read_module(source)
    if module is None:
        return ()
    in_sql = [(line, key) for _, line, text in _sql(module) for key in settings_named(text)]
    return (*in_sql, *(_settings_in(ast.parse(source)) if b"conf" in source else ()))


def _sql(module: Module) -> Iterator[tuple[str, int, str]]:
    """The statements in a notebook's cells of SQL: each one's unit, line and text."""
    for cell in module.cells:
        if cell.kind == "sql":
            for statement in statements(cell.text):
                yield SQL + statement.code, cell.line + statement.line - 1, statement.text


def _settings_in(tree: ast.Module) -> Iterator[tuple[int, str | None]]:
    scope = module_scope(tree)
    nodes = list(ast.walk(tree))
    keys = {
        id(node.func.value): text_of(node.args[0], scope, {})
        for node in nodes
        if isinstance(node, ast.Call) and is_setting(node)
    }
    written = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "set"}
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr == "conf" and id(node) not in written:
            yield node.lineno, keys.get(id(node))
