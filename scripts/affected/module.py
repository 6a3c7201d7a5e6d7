"""One Python file as units: the top-level definitions that can change apart from each other, and what its import runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache

from scripts.affected.names_used import (
    FUNCTIONS,
    Chain,
    Import,
    Uses,
    bound_by,
    imports_of,
    names_bound_by,
    outside_functions,
)
from scripts.affected.sql import statements
from scripts.lineage.notebooks import Cell, cells

# What a file does when it is imported, beside defining names.
EFFECTS = ""

# What the name of a statement of SQL starts with, in a notebook of Python; the rest is what it says.
SQL = "%sql "

# The modules whose decorators define datasets.
_PIPELINES = ("pyspark.pipelines", "dlt")


@dataclass
class Unit:
    """The statements that make one name, the names they use, what they import while they run, and the notebooks they run."""

    statements: list[ast.stmt] = field(default_factory=list)
    uses: set[Chain] = field(default_factory=set)
    imports: set[Import] = field(default_factory=set)
    notebooks: set[str] = field(default_factory=set)

    @property
    def text(self) -> str | None:
        """The text that a constant stands for: `TABLE = "a.b.c"`."""
        match self.statements:
            case [ast.Assign([ast.Name()], ast.Constant(str(text))) | ast.AnnAssign(value=ast.Constant(str(text)))]:
                return text
        return None

    @property
    def decorators(self) -> list[ast.expr]:
        inside = (node for statement in self.statements for node in outside_functions(statement))
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
        reader = Uses()
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
    for found in imports_of(statement):
        (module.stars if found.name == "*" else module.imports).add(found)
    for bound, found in bound_by(statement):
        module.bindings.setdefault(bound, []).append(found)


def _add_statement(module: Module, statement: ast.stmt) -> None:
    owners = set(names_bound_by(statement))
    if not owners or _has_effect(statement):
        owners.add(EFFECTS)
    for node in outside_functions(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _add_import(module, node)
    reader = Uses()
    reader.visit(statement)
    for owner in owners:
        unit = module.units.setdefault(owner, Unit())
        unit.statements.append(statement)
        unit.uses |= reader.uses
        unit.imports |= reader.imports
        unit.notebooks |= reader.notebooks


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


def _has_effect(statement: ast.stmt) -> bool:
    """Whether importing the file does more in `statement` than to bind names."""
    for node in outside_functions(statement):
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
        if isinstance(copy, (*FUNCTIONS, ast.ClassDef)) and _is_text(copy.body[0]):
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
