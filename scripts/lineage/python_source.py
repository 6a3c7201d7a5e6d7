"""A Python source file of a pipeline: the datasets its decorators define, and the tables their functions read.

A notebook is one too, whose cells of SQL count as a SQL file does.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from local_runner.diagnostics import Diagnostic, Location
from scripts.lineage.notebooks import cells, python_text
from scripts.lineage.settings import missing_settings
from scripts.lineage.source import Definition, Kind, Read, Source, parts_of
from scripts.lineage.sql_source import is_computed, names_in, query_reads, read_sql_text
from scripts.lineage.text_values import Scope, function_scope, module_scope, text_of

_MODULES = ("pyspark.pipelines", "dlt")
_DATASETS = {
    "table": Kind.TABLE,
    "materialized_view": Kind.TABLE,
    "streaming_table": Kind.TABLE,
    "view": Kind.VIEW,
    "temporary_view": Kind.VIEW,
}
_TARGETS = {
    "create_streaming_table": Kind.TABLE,
    "create_target_table": Kind.TABLE,
    "create_streaming_live_table": Kind.TABLE,
    "create_sink": Kind.SINK,
}
_CALLS = {
    **_TARGETS,
    "create_auto_cdc_flow": Kind.FLOW,
    "create_auto_cdc_from_snapshot_flow": Kind.FLOW,
    "apply_changes": Kind.FLOW,
    "apply_changes_from_snapshot": Kind.FLOW,
}
# Methods that read a table when they are those of a session, or of DeltaTable.
_MAY_READ = ("forName", "sql", "table")
_NOTEBOOK = b"# Databricks notebook source"
_MAGIC = re.compile(rb"^([ \t]*)[%!].*", re.MULTILINE)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_python(content: bytes, file: str, configuration: Mapping[str, str]) -> Source:
    """What the `content` of `file` defines in a pipeline with these settings."""
    try:
        source = _without_magics(python_text(file, content))
        tree = ast.parse(source)
    except SyntaxError as error:
        location = Location(file, error.lineno or 0, error.offset or 0)
        detail = (error.text or "").rstrip()
        return Source(problems=(Diagnostic(f"not valid Python: {error.msg}", "Correct it.", location, detail=detail),))
    except (ValueError, RecursionError, MemoryError) as error:
        summary = f"not valid Python: {error or 'nested too deep'}"
        return Source(problems=(Diagnostic(summary, "Correct it.", Location(file)),))
    definitions = [*_Module(tree, file, configuration).definitions()]
    missing = [*missing_settings(tree, file, configuration)]
    problems: list[Diagnostic] = []
    for cell in cells(source.decode("utf-8", errors="replace")):
        if cell.kind == "sql":
            found = read_sql_text("\n" * (cell.line - 1) + cell.text, file, configuration)
            definitions += found.definitions
            problems += found.problems
            missing += found.missing_settings
    return Source(tuple(sorted(definitions, key=lambda one: one.location)), tuple(problems), tuple(missing))


def _without_magics(source: bytes) -> bytes:
    """`source` where it is no notebook; of a notebook, its lines such as `%pip install …` as statements that do nothing."""
    return _MAGIC.sub(rb"\1pass", source) if source.startswith(_NOTEBOOK) else source


def reads_of_file(tree: ast.Module, file: str, configuration: Mapping[str, str]) -> Iterator[Read]:
    """Every read of a table in a Python file, in a pipeline with these settings; also those whose table cannot be told."""
    module = _Module(tree, file, configuration)
    for node, functions in _with_functions(tree):
        # Scopes are searched for in the whole file, so only for what may be a read.
        if isinstance(node, ast.Call) and (module.is_table_read(node.func) or _is_query(node.func)):
            yield from module.call_reads(node, module.scope_in(functions))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _MAY_READ:
            yield from module.possible_reads(node, module.scope_in(functions))


class _Module:
    def __init__(self, tree: ast.Module, file: str, configuration: Mapping[str, str]) -> None:
        self.tree = tree
        self.file = file
        self.configuration = configuration
        self.scope = module_scope(tree)
        self.modules, self.members = _imported(tree)
        self.functions = {node.name: node for node in tree.body if isinstance(node, _Function)}

    def definitions(self) -> Iterator[Definition]:
        outside = tuple(self.reads([node for node in self.tree.body if not isinstance(node, _Function)], self.scope))
        for node, functions in _with_functions(self.tree):
            if isinstance(node, _Function):
                for decorator in node.decorator_list:
                    yield from self.decorated(node, decorator, functions, outside)
            elif isinstance(node, ast.Call):
                yield from self.called(node, functions)

    def decorated(
        self, function: _Function, decorator: ast.expr, functions: tuple[_Function, ...], outside: tuple[Read, ...]
    ) -> Iterator[Definition]:
        call = decorator if isinstance(decorator, ast.Call) else None
        member = self.member(call.func if call else decorator)
        if member not in _DATASETS and member != "append_flow":
            return
        scope = self.scope_in(functions)
        given = {keyword.arg: keyword.value for keyword in call.keywords} if call else {}
        if member == "append_flow":
            kind, parts = Kind.FLOW, self.parts(given.get("target"), scope)
        else:
            is_private = any(_is_true(given.get(name)) for name in ("temporary", "private"))
            kind = Kind.VIEW if is_private else _DATASETS[member]
            parts = self.parts(given["name"], scope) if "name" in given else (function.name,)
        reads = [*outside, *self.reads([function], function_scope(function, scope))]
        reads.sort(key=lambda read: read.location)
        yield Definition(parts, kind, Location(self.file, function.lineno), tuple(reads))

    def called(self, call: ast.Call, functions: tuple[_Function, ...]) -> Iterator[Definition]:
        member = self.member(call.func)
        if member not in _CALLS:
            return
        scope = self.scope_in(functions)
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        name, source = (
            given.get(keyword) or (call.args[index] if index < len(call.args) else None)
            for index, keyword in enumerate(("name" if member in _TARGETS else "target", "source"))
        )
        reads = _known(self.read(source, scope)) if _CALLS[member] is Kind.FLOW and source else ()
        yield Definition(self.parts(name, scope), _CALLS[member], Location(self.file, call.lineno), tuple(reads))

    def member(self, node: ast.expr) -> str | None:
        """The name in the pipelines API that `node` stands for."""
        if isinstance(node, ast.Attribute):
            return node.attr if _dotted(node.value) in self.modules else None
        return self.members.get(node.id) if isinstance(node, ast.Name) else None

    def scope_in(self, functions: tuple[_Function, ...]) -> Scope:
        """The scope that names have inside `functions`, each of which is inside the one before it."""
        scope = self.scope
        for function in functions:
            scope = function_scope(function, scope)
        return scope

    def parts(self, node: ast.expr | None, scope: Scope) -> tuple[str, ...] | None:
        text = text_of(node, scope, self.configuration)
        return parts_of(text) if text else None

    def reads(self, nodes: Iterable[ast.AST], scope: Scope) -> Iterator[Read]:
        """The tables read in `nodes`, and in the module's functions that they use."""
        seen: set[str] = set()
        waiting = [(node, scope) for node in nodes]
        while waiting:
            top, scope = waiting.pop()
            for node in ast.walk(top):
                if isinstance(node, ast.Call):
                    yield from _known(self.call_reads(node, scope))
                elif isinstance(node, ast.Name) and node.id in self.functions and node.id not in seen:
                    seen.add(node.id)
                    function = self.functions[node.id]
                    waiting.append((function, function_scope(function, self.scope)))

    def is_table_read(self, function: ast.expr) -> bool:
        return self.member(function) in ("read", "read_stream") or _is_table_read(function)

    def call_reads(self, call: ast.Call, scope: Scope) -> Iterator[Read]:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        argument = call.args[0] if call.args else given.get("tableName") or given.get("name") or given.get("sqlQuery")
        if argument is None:
            return
        function = call.func
        if self.is_table_read(function):
            yield from self.read(argument, scope)
        elif _is_query(function):
            text = text_of(argument, scope, self.configuration)
            if text is None:
                yield Read(None, Location(self.file, argument.lineno))
                return
            if is_computed(text):
                yield Read(None, Location(self.file, argument.lineno))
            # In a plain string each line of the query is a line of the file.
            is_plain = isinstance(argument, ast.Constant)
            reads = query_reads(text)
            for parts, line in names_in(text) if reads is None else reads:
                location = Location(self.file, argument.lineno + (line if is_plain else 0))
                yield Read(parts, location, is_certain=reads is not None)

    def possible_reads(self, call: ast.Call, scope: Scope) -> Iterator[Read]:
        """What a call reads if its method is what its name says, of whatever object: `self.session.table("a.b.c")`."""
        for argument in call.args:
            text = text_of(argument, scope, self.configuration) or ""
            found = [parts for parts, _ in names_in(text)] if call.func.attr == "sql" else [parts_of(text)]
            for parts in filter(None, found):
                yield Read(parts, Location(self.file, argument.lineno), is_certain=False)

    def read(self, argument: ast.expr, scope: Scope) -> Iterator[Read]:
        yield Read(self.parts(argument, scope), Location(self.file, argument.lineno, argument.col_offset + 1))


def _known(reads: Iterable[Read]) -> Iterator[Read]:
    return (read for read in reads if read.parts and read.is_certain)


def _with_functions(tree: ast.Module) -> Iterator[tuple[ast.AST, tuple[_Function, ...]]]:
    """Every node with the functions around it, from the outermost inward."""
    waiting: list[tuple[ast.AST, tuple[_Function, ...]]] = [(tree, ())]
    while waiting:
        node, functions = waiting.pop()
        yield node, functions
        inner = (*functions, node) if isinstance(node, _Function) else functions
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def _imported(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """(names that stand for the pipelines API, names that stand for a member of it -> the member)."""
    modules, members = set(), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name in _MODULES}
        elif isinstance(node, ast.ImportFrom) and node.module in _MODULES:
            members |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {alias.asname or alias.name for alias in node.names if f"{node.module}.{alias.name}" in _MODULES}
    return modules, members


def _is_session(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "spark"


def _is_query(function: ast.expr) -> bool:
    """Whether `function` is `spark.sql`."""
    return isinstance(function, ast.Attribute) and function.attr == "sql" and _is_session(function.value)


def _is_table_read(function: ast.expr) -> bool:
    """Whether `function` is the `table` of `spark`, or of a chain from `.read` or `.readStream`."""
    if not isinstance(function, ast.Attribute) or function.attr != "table":
        return False
    node = function.value
    if _is_session(node):
        return True
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in ("read", "readStream"):
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
