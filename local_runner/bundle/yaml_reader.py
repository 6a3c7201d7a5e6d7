"""One YAML (or JSON) file as a tree with locations, its scalars read as the Databricks CLI reads them.

The CLI reads YAML 1.2 with a few habits of its own (libs/dyn/yamlloader/loader.go): `yes`, `no`, `on`, `off` are strings,
a leading zero does not mean octal, timestamps stay text, keys must be strings.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from local_runner.bundle.tree import List, Map
from local_runner.diagnostics import Diagnostic, Failure, Location, fail

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH = 100
MAX_NODES = 1_000_000

_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = {"", "~", "null", "Null", "NULL"}
_INTEGER = re.compile(r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL_FLOATS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MERGE = "tag:yaml.org,2002:merge"
_STRING = "tag:yaml.org,2002:str"
_RESOLVER = yaml.resolver.Resolver()


def read(path: Path, report: list[Diagnostic]) -> Any:
    """The first document of the file at `path`; None when it is empty.

    A duplicate key is an error in `report`, and its last value counts, as for the CLI. Raises Failure when the file cannot
    be read or parsed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise fail(f"cannot read {path}: {error.strerror}", "Check that the file exists and may be read.") from None
    return parse(raw, str(path), report)


def parse(raw: bytes, file: str, report: list[Diagnostic]) -> Any:
    """The first document of `raw`; `file` is the name its locations carry. Raises Failure when it cannot be parsed."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        summary = f"not UTF-8: byte 0x{raw[error.start]:02x}"
        raise fail(summary, "Save the file with the encoding UTF-8.", Location(file, line)) from None
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from None
    except yaml.YAMLError as error:
        raise fail(f"not valid YAML: {error}".splitlines()[0], "Remove the character.", Location(file)) from None
    except RecursionError:
        raise _too_deep(Location(file)) from None
    return _Builder(file, text, report).build(node) if node else None


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_node() if loader.check_node() else None
    finally:
        loader.dispose()


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Failure:
    mark = error.problem_mark or error.context_mark
    summary = "not valid YAML: " + ", ".join(part for part in (error.context, error.problem) if part)
    if not mark:
        return fail(summary, "", Location(file))
    lines = text.splitlines()
    excerpt = lines[mark.line] if mark.line < len(lines) else ""
    detail = f"{excerpt}\n{' ' * mark.column}^" if excerpt else ""
    return fail(summary, "Correct the syntax there or just before.", Location(file, mark.line + 1, mark.column + 1), detail)


def _too_deep(location: Location) -> Failure:
    return fail(f"nested more than {MAX_DEPTH} levels deep", "Flatten the file.", location)


class _Builder:
    def __init__(self, file: str, text: str, report: list[Diagnostic]) -> None:
        self.file = file
        self.lines = text.split("\n") if "&" in text else []
        self.report = report
        self.nodes = 0
        self.open: set[int] = set()

    def build(self, node: yaml.Node, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise fail(
                f"its aliases expand to more than {MAX_NODES:,} values", "Write fewer nested aliases.", self.place(node)
            )
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if depth > MAX_DEPTH:
            raise _too_deep(self.place(node))
        if id(node) in self.open:
            raise fail("an anchor contains an alias to itself", "Remove the alias.", self.place(node))
        self.open.add(id(node))
        built = self.sequence(node, depth) if isinstance(node, yaml.SequenceNode) else self.mapping(node, depth)
        self.open.remove(id(node))
        return built

    def place(self, node: yaml.Node) -> Location:
        return Location(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def is_anchored(self, node: yaml.Node) -> bool:
        """Whether the node starts with an anchor; the nodes themselves do not tell."""
        mark = node.start_mark
        return bool(self.lines) and self.lines[mark.line][mark.column : mark.column + 1] == "&"

    def sequence(self, node: yaml.SequenceNode, depth: int) -> List:
        built = List([self.build(item, depth + 1) for item in node.value], [self.place(item) for item in node.value])
        built.anchored = [index for index, item in enumerate(node.value) if self.is_anchored(item)]
        return built

    def mapping(self, node: yaml.Node, depth: int) -> Map:
        built, merged = Map(), None
        for key, value in node.value:
            name = self.key(key)
            if key.tag == _MERGE and not key.style:
                if merged is not None:
                    raise fail("two merge keys ('<<') in one mapping", "Write one: `<<: [*a, *b]`.", self.place(key))
                merged = value
                continue
            if name in built:
                before = built.where[name].line
                summary = f"duplicate key {name!r}, first on line {before}"
                self.report.append(Diagnostic(summary, "Remove one of the two: the last one counts.", self.place(key)))
            built.put(name, self.build(value, depth + 1), self.place(key))
            if self.is_anchored(value):
                built.anchored = {*built.anchored, name}
        return self.inherit(built, merged, depth) if merged is not None else built

    def key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise fail("a key must be a plain string", "Write the key as text.", self.place(node))
        if node.style or node.tag in (_MERGE, _STRING) or node.value in _NULLS:
            return node.value
        if not isinstance(_plain_scalar(node.value), str):
            raise fail(f"the key {node.value} is not a string", f'Quote it: "{node.value}".', self.place(node))
        return node.value

    def inherit(self, built: Map, merged: yaml.Node, depth: int) -> Map:
        """`built` over the mappings that its merge key names; of those, a later one wins, as in the CLI and unlike YAML."""
        sources = merged.value if isinstance(merged, yaml.SequenceNode) else [merged]
        inherited = Map()
        for source in sources:
            if not isinstance(source, yaml.MappingNode):
                raise fail("a merge key ('<<') takes a mapping or a list of mappings", "", self.place(merged))
            inherited.take(self.build(source, depth + 1))
        inherited.take(built)
        return inherited

    def scalar(self, node: yaml.ScalarNode) -> Any:
        tag = node.tag.removeprefix("tag:yaml.org,2002:")
        if tag in ("str", "binary"):
            return node.value if node.style or _explicitly_text(node) else self.number_checked(node)
        if tag in ("int", "float", "bool", "null", "timestamp", "merge", "value"):
            return self.number_checked(node)
        raise fail(f"unknown tag {node.tag}", "Remove the tag.", self.place(node))

    def number_checked(self, node: yaml.ScalarNode) -> Any:
        value = _plain_scalar(node.value)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise fail(f"{node.value} does not fit in 64 bits", "Quote the number if it is text.", self.place(node))
        return value


def _plain_scalar(text: str) -> Any:
    """The value of an unquoted scalar."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _NULLS:
        return None
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL_FLOATS.fullmatch(text):
        return float(text.lower().replace(".", ""))
    return text


def _explicitly_text(node: yaml.ScalarNode) -> bool:
    """Whether a tag made text of what would otherwise be another type."""
    return _RESOLVER.resolve(yaml.ScalarNode, node.value, (True, False)) != _STRING


def _integer(text: str) -> int | float | str:
    digits = text.lstrip("+-")
    sign = -1 if text.startswith("-") else 1
    if digits[:2] in ("0b", "0o", "0x"):
        return sign * int(digits, 0)
    if digits[0] == "0" and set(digits) & set("89"):
        return float(sign * int(digits))
    return sign * int(digits.replace("_", ""))
