"""The text that a Python expression stands for, where it can be told without running it."""

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
# Deeper than any name is written, and far from Python's own limit.
_MAX_DEPTH = 50


class Scope:
    """The names that are bound in a module or a function, found when they are first asked for."""

    def __init__(self, nodes: Callable[[], Iterator[ast.AST]], parent: "Scope | None" = None) -> None:
        self._nodes = nodes
        self._parent = parent

    def find(self, name: str) -> "tuple[ast.expr, Scope] | None":
        """What `name` is assigned and the scope of that; None where it is not assigned, or not only once."""
        scope: Scope | None = self
        while scope and name not in scope._names[0]:
            scope = scope._parent
        if scope:
            bindings, values = scope._names
            if bindings[name] == 1 and name in values:
                return values[name], scope
        return None

    @cached_property
    def _names(self) -> tuple[Counter[str], dict[str, ast.expr]]:
        return _bound(self._nodes())


def module_scope(tree: ast.Module) -> Scope:
    return Scope(lambda: _outside_functions(tree))


def function_scope(function: ast.AST, parent: Scope) -> Scope:
    """The names bound anywhere in `function`, also in functions inside it."""
    return Scope(lambda: ast.walk(function), parent)


def text_of(node: ast.expr | None, scope: Scope, configuration: Mapping[str, str], depth: int = 0) -> str | None:
    """The text that `node` stands for in `scope`; None where it cannot be told.

    `configuration` holds the pipeline's settings, which `spark.conf.get` reads.
    """
    if node is None or depth > _MAX_DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        found = scope.find(node.id)
        return text_of(found[0], found[1], configuration, depth + 1) if found else None
    if isinstance(node, ast.JoinedStr):
        return _joined([text_of(value, scope, configuration, depth + 1) for value in node.values])
    if isinstance(node, ast.FormattedValue):
        plain = node.conversion == -1 and node.format_spec is None
        return text_of(node.value, scope, configuration, depth + 1) if plain else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([text_of(side, scope, configuration, depth + 1) for side in (node.left, node.right)])
    if isinstance(node, ast.Call) and is_setting(node):
        key, *default = [text_of(argument, scope, configuration, depth + 1) for argument in node.args]
        return configuration.get(key or "", default[0] if default else None)
    return None


def is_setting(call: ast.Call) -> bool:
    """Whether `call` is `spark.conf.get("…")`, which reads a setting of the pipeline."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "get"
        and isinstance(function.value, ast.Attribute)
        and function.value.attr == "conf"
        and len(call.args) in (1, 2)
        and not call.keywords
    )


def _joined(pieces: list[str | None]) -> str | None:
    return None if None in pieces else "".join(piece for piece in pieces if piece)


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that runs with the module itself, and the functions, but not what is inside them."""
    open_: list[ast.AST] = [tree]
    while open_:
        node = open_.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            open_ += ast.iter_child_nodes(node)


def _bound(nodes: Iterator[ast.AST]) -> tuple[Counter[str], dict[str, ast.expr]]:
    """(how often each name is bound, the last expression that each is assigned by itself)."""
    bindings: Counter[str] = Counter()
    values: dict[str, ast.expr] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            bindings[node.id] += 1
        elif isinstance(node, ast.arg):
            bindings[node.arg] += 1
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bindings[node.name] += 1
        elif isinstance(node, ast.alias):
            bindings[(node.asname or node.name).partition(".")[0]] += 1
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bindings[node.name] += 1
        elif isinstance(node, ast.Global | ast.Nonlocal):
            bindings.update([*node.names, *node.names])
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            values[node.target.id] = node.value
    return bindings, values
