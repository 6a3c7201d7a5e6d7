"""One Python file as units: the top-level definitions that can change apart from each other, and what its import runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from scripts.affected.sql import statements
from scripts.lineage.notebooks import Cell, cells

# What a file does when it is imported, beside defining names.
EFFECTS = ""

# What the name of a statement of SQL starts with, in a notebook of Python; the rest is what it says.
SQL = "%sql "

# In the place of a module's name: any that starts so.
ANY = "**"

# A name as it is used, with the attributes that follow it: `common.money.round_up` is ("common", "money", "round_up").
Chain = tuple[str, ...]

# The modules whose decorators define datasets.
_PIPELINES = ("pyspark.pipelines", "dlt")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Import:
    """`from ..a.b import c` is module `a.b`, level 2, name `c`; `import a.b` has no name.

    The name ANY is for a module whose name is put together at run time: `module` is what it starts with.
    """

    module: str
    level: int = 0
    name: str | None = None


@dataclass
class Unit:
    """The statements that make one name, the names they use, and what they import while they run."""

    statements: list[ast.stmt] = field(default_factory=list)
    uses: set[Chain] = field(default_factory=set)
    imports: set[Import] = field(default_factory=set)

    @property
    def decorators(self) -> list[ast.expr]:
        inside = (node for statement in self.statements for node in _outside_functions(statement))
        return [decorator for node in inside for decorator in getattr(node, "decorator_list", ())]


@dataclass
class Module:
    """A file's units by name, the imports that bind its names, all imports of its top level, and its star imports.

    `cells` are those of a notebook that are not Python. Each statement of SQL in them is a unit, named by what it says.
    """

    units: dict[str, Unit] = field(default_factory=dict)
    bindings: dict[str, list[Import]] = field(default_factory=dict)
    imports: set[Import] = field(default_factory=set)
    stars: set[Import] = field(default_factory=set)
    cells: tuple[Cell, ...] = ()

    @property
    def entry_points(self) -> list[str]:
        """The units that running the file runs: its effects, SQL, and what is decorated, which registers with someone."""
        return [name for name, unit in self.units.items() if not name.isidentifier() or unit.decorators]

    @property
    def datasets(self) -> list[str]:
        """The units that define a dataset of whichever pipeline runs or imports the file."""
        return [name for name, unit in self.units.items() if any(map(self._is_of_pipelines, unit.decorators))]

    def _is_of_pipelines(self, decorator: ast.expr) -> bool:
        reader = _Uses()
        reader.visit(decorator.func if isinstance(decorator, ast.Call) else decorator)
        found = (imported for chain in reader.uses for imported in self.bindings.get(chain[0], ()))
        return any(imported.module in _PIPELINES or f"{imported.module}.{imported.name}" in _PIPELINES for imported in found)

    def unit_at(self, line: int) -> str:
        """The name of the unit that has the statement on `line`; EFFECTS where no definition is there."""
        for name, unit in self.units.items():
            if name != EFFECTS and any(_first_line(node) <= line <= (node.end_lineno or 0) for node in unit.statements):
                return name
        return EFFECTS


@cache
def read_module(source: bytes) -> Module | None:
    """The units of a Python file; None where it is not valid Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    module = Module()
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            _add_import(module, statement)
        elif not _is_text(statement) and not _is_for_type_checkers(statement):
            _add_statement(module, statement)
    module.cells = cells(source.decode("utf-8", errors="replace"))
    for cell in module.cells:
        _add_cell(module, cell)
    return module


def code_of(unit: Unit) -> str:
    """What `unit` does, as text that comments, layout and docstrings do not change."""
    return "\n".join(ast.dump(_Undocumented().visit(statement)) for statement in unit.statements)


def _add_import(module: Module, statement: ast.Import | ast.ImportFrom) -> None:
    for found in _imports(statement):
        (module.stars if found.name == "*" else module.imports).add(found)
    for bound, found in _bound(statement):
        module.bindings.setdefault(bound, []).append(found)


def _add_statement(module: Module, statement: ast.stmt) -> None:
    owners = set(_names_bound_by(statement))
    if not owners or _has_effect(statement):
        owners.add(EFFECTS)
    for node in _outside_functions(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _add_import(module, node)
    reader = _Uses()
    reader.visit(statement)
    for owner in owners:
        unit = module.units.setdefault(owner, Unit())
        unit.statements.append(statement)
        unit.uses |= reader.uses
        unit.imports |= reader.imports


def _add_cell(module: Module, cell: Cell) -> None:
    """Add a cell in another language: a comment to Python, but it runs."""
    if cell.kind != "sql":
        # A command may prepare what comes after it.
        module.units.setdefault(EFFECTS, Unit()).statements.append(_text_at(cell.line, f"%{cell.kind} {cell.text.strip()}"))
        return
    for statement in statements(cell.text):
        line = cell.line + statement.line - 1
        unit = module.units.setdefault(SQL + statement.code, Unit())
        unit.statements.append(_text_at(line, statement.code, line + statement.text.count("\n")))


def _text_at(line: int, text: str, end: int = 0) -> ast.stmt:
    return ast.Expr(ast.Constant(text), lineno=line, end_lineno=end or line)


def _imports(statement: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    for alias in statement.names:
        if isinstance(statement, ast.Import):
            yield Import(alias.name)
        else:
            yield Import(statement.module or "", statement.level, alias.name)


def _bound(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Import]]:
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


def _names_bound_by(node: ast.AST) -> Iterator[str]:
    """The names that running `node` binds in its own scope; those of imports are left out."""
    for inner in _outside_functions(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, (*_FUNCTIONS, ast.ClassDef)) or (isinstance(inner, ast.ExceptHandler) and inner.name):
            yield inner.name


def _outside_functions(top: ast.AST) -> Iterator[ast.AST]:
    """`top` and what is inside it, but not what is inside its functions, classes and comprehensions."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)):
            waiting += ast.iter_child_nodes(node)


def _has_effect(statement: ast.stmt) -> bool:
    """Whether importing the file does more in `statement` than to bind names."""
    for node in _outside_functions(statement):
        if isinstance(node, ast.Delete | ast.Raise | ast.Assert) or (isinstance(node, ast.Expr) and not _is_text(node)):
            return True
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            return True
    return False


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_for_type_checkers(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.If)
        and ast.unparse(statement.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        and not statement.orelse
    )


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


class _Undocumented(ast.NodeTransformer):
    """Takes docstrings out, and the layout of SQL in `spark.sql("…")`; makes a copy, as the tree is shared."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        copy = type(node)(**{name: self._copied(value) for name, value in ast.iter_fields(node)})
        if isinstance(copy, (*_FUNCTIONS, ast.ClassDef)) and _is_text(copy.body[0]):
            copy.body = copy.body[1:]
        return copy

    def visit_Call(self, node: ast.Call) -> ast.AST:
        copy = self.generic_visit(node)
        query = node.args[0] if node.args else None
        is_sql = isinstance(node.func, ast.Attribute) and node.func.attr == "sql"
        if is_sql and isinstance(query, ast.Constant) and isinstance(query.value, str):
            copy.args[0] = ast.Constant(tuple(one.code for one in statements(query.value)))
        return copy

    def _copied(self, value: object) -> object:
        if isinstance(value, list):
            return [self._copied(item) for item in value]
        return self.visit(value) if isinstance(value, ast.AST) else value


class _Uses(ast.NodeVisitor):
    """Collects the names of the module that a statement uses, and what it imports inside functions."""

    def __init__(self) -> None:
        self.uses: set[Chain] = set()
        self.imports: set[Import] = set()
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
        self.generic_visit(node)

    def _visit_comprehension(self, node: ast.AST) -> None:
        names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
        self._visit_scope(list(ast.iter_child_nodes(node)), names)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        if self._local:
            self.imports |= set(_imports(node))

    visit_ImportFrom = visit_Import

    def _visit_scope(self, nodes: list, names: set[str]) -> None:
        inside = [inner for node in nodes for inner in _outside_functions(node)]
        imported = {
            bound for inner in inside if isinstance(inner, ast.Import | ast.ImportFrom) for bound, _ in _bound(inner)
        }
        shared = {name for inner in inside if isinstance(inner, ast.Global) for name in inner.names}
        bound = {name for node in nodes for name in _names_bound_by(node)}
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
