"""The names of its file that a statement uses, and what it imports or runs while it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

# In the place of a module's name: any that starts so.
ANY = "**"

# A name as it is used, with the attributes that follow it: `common.money.round_up` is ("common", "money", "round_up").
Chain = tuple[str, ...]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Import:
    """`from ..a.b import c` is module `a.b`, level 2, name `c`; `import a.b` has no name.

    The name ANY is for a module whose name is put together at run time: `module` is what it starts with.
    """

    module: str
    level: int = 0
    name: str | None = None


class Uses(ast.NodeVisitor):
    """Collects the names of the module that a statement uses, what it imports inside functions, the notebooks it runs."""

    def __init__(self) -> None:
        self.uses: set[Chain] = set()
        self.imports: set[Import] = set()
        self.notebooks: set[str] = set()
        self._local: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        self._use((node.id,))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        names, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._use((inner.id, *reversed(names)))
        else:
            self.visit(inner)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outer in (*node.decorator_list, node.args, node.returns):
            if outer:
                self.visit(outer)
        self._visit_scope(node.body, _parameters(node.args))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self._visit_scope([node.body], _parameters(node.args))

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
        if name in ("import_module", "__import__") and node.args:
            text, is_whole = _start_of(node.args[0])
            self.imports.add(Import(text) if is_whole else Import(text, name=ANY))
        elif name == "run" and node.args and ast.unparse(node.func) == "dbutils.notebook.run":
            self.notebooks.add(_start_of(node.args[0])[0])
        self.generic_visit(node)

    def _visit_comprehension(self, node: ast.AST) -> None:
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
        self._visit_scope(list(ast.iter_child_nodes(node)), names)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        if self._local:
            self.imports |= set(imports_of(node))

    visit_ImportFrom = visit_Import

    def _visit_scope(self, nodes: list, names: set[str]) -> None:
        inside = [inner for node in nodes for inner in outside_functions(node)]
        imported = {
            bound for inner in inside if isinstance(inner, ast.Import | ast.ImportFrom) for bound, _ in bound_by(inner)
        }
        shared = {name for inner in inside if isinstance(inner, ast.Global) for name in inner.names}
        bound = {name for node in nodes for name in names_bound_by(node)}
        self._local.append((names | imported | bound) - shared)
        for node in nodes:
            self.visit(node)
        self._local.pop()

    def _use(self, chain: Chain) -> None:
        if not any(chain[0] in names for names in self._local):
            self.uses.add(chain)


def _start_of(node: ast.expr) -> tuple[str, bool]:
    """The text that `node` starts with, as far as it is written out, and whether that is all."""
    match node:
        case ast.Constant(str(text)):
            return text, True
        case ast.JoinedStr([ast.Constant(str(text)), *rest]):
            return text, not rest
        case ast.BinOp(left, ast.Add()):
            return _start_of(left)[0], False
    return "", False


def _parameters(arguments: ast.arguments) -> set[str]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return {argument.arg for argument in every if argument}


def imports_of(statement: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            yield Import(alias.name)
        else:
            yield Import(statement.module or "", statement.level, alias.name)


def bound_by(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Import]]:
    """Each name that an import binds, with what the name stands for."""
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            if alias.name != "*":
                yield alias.asname or alias.name, Import(statement.module or "", statement.level, alias.name)
        elif alias.asname:
            yield alias.asname, Import(alias.name)
        else:
            top = alias.name.partition(".")[0]
            yield top, Import(top)


def names_bound_by(node: ast.AST) -> Iterator[str]:
    """The names that running `node` binds in its own scope; those of imports are left out."""
    for inner in outside_functions(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, (*FUNCTIONS, ast.ClassDef)) or (isinstance(inner, ast.ExceptHandler) and inner.name):
            yield inner.name


def outside_functions(top: ast.AST) -> Iterator[ast.AST]:
    """`top` and what is inside it, but not what is inside its functions, classes and comprehensions."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)):
            waiting += ast.iter_child_nodes(node)
