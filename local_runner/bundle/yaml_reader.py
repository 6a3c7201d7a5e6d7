"""One YAML (or JSON) file as a tree with locations, read as the Databricks CLI reads it.

Source: Databricks CLI, libs/dyn/yamlloader/loader.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local_runner.bundle.tree import List, Map, copy, size
from local_runner.bundle.yaml_scalars import plain_value, tagged_value
from local_runner.diagnostics import Diagnostic, Failure, Location, fail

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_DEPTH = 100
MAX_VALUES = 1_000_000

_NOT_TEXT = yaml.reader.Reader.NON_PRINTABLE
_CONTAINERS = {yaml.MappingStartEvent: Map, yaml.SequenceStartEvent: List}
_MERGE_KEY = object()


def read(path: Path, report: list[Diagnostic]) -> Any:
    """The first document of the file at `path`; None when it is empty.

    A duplicate key is an error in `report`, and its last value counts, as for the CLI. Raises Failure when the file cannot
    be read or parsed.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        summary = f"cannot read the file: {error.strerror}"
        raise fail(summary, "Check that it exists and may be read.", Location(str(path))) from None
    return parse(raw, str(path), report)


def parse(raw: bytes, file: str, report: list[Diagnostic]) -> Any:
    """The first document of `raw`; `file` is the name its locations carry. Raises Failure when it cannot be parsed."""
    text = _text(raw, file)
    try:
        return _Builder(file, report).build(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from None


def _text(raw: bytes, file: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        summary, line = f"not UTF-8: byte 0x{raw[error.start]:02x}", raw.count(b"\n", 0, error.start) + 1
        raise fail(summary, "Save the file with the encoding UTF-8.", Location(file, line)) from None
    if wrong := _NOT_TEXT.search(text):
        line = text.count("\n", 0, wrong.start()) + 1
        raise fail(f"not YAML: character 0x{ord(wrong[0]):02x}", "Remove it.", Location(file, line))
    return text


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Failure:
    mark = error.problem_mark or error.context_mark
    summary = "not valid YAML: " + ", ".join(part for part in (error.context, error.problem) if part)
    if not mark:
        return fail(summary, "", Location(file))
    lines = text.splitlines()
    excerpt = lines[mark.line] if mark.line < len(lines) else ""
    detail = f"{excerpt}\n{' ' * mark.column}^" if excerpt else ""
    return fail(summary, "Correct the syntax there or just before.", Location(file, mark.line + 1, mark.column + 1), detail)


@dataclass
class _Open:
    """A container whose end is not reached yet, with the key that waits for its value and what its merge key names."""

    value: Map | List
    place: Location
    anchor: str | None
    key: Any = None
    key_place: Location | None = None
    inherited: Any = None


class _Builder:
    """Builds the tree from the parser's events, one by one: depth costs no recursion, an alias costs what it copies."""

    def __init__(self, file: str, report: list[Diagnostic]) -> None:
        self.file = file
        self.report = report
        self.open: list[_Open] = []
        self.anchors: dict[str, Any] = {}
        self.copied = 0

    def build(self, events: Iterator[yaml.Event]) -> Any:
        """The first document; None where there is none."""
        for event in events:
            kind = type(event)
            if kind in _CONTAINERS:
                self._start(event)
                continue
            if kind is yaml.ScalarEvent and self._expects_key():
                self._take_key(event)
                continue
            if kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
                closed = self.open.pop()
                value, place, anchor = self._closed(closed), closed.place, closed.anchor
            elif kind is yaml.ScalarEvent:
                value, place, anchor = self._scalar(event), self._place(event), event.anchor
            elif kind is yaml.AliasEvent:
                value, place, anchor = self._alias(event), self._place(event), None
            else:
                continue
            if anchor:
                self.anchors[anchor] = value
            if not self.open:
                return value
            self._add(value, place, bool(anchor))
        return None

    def _place(self, event: yaml.Event) -> Location:
        return Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        place = self._place(event)
        if self._expects_key():
            raise fail("a key must be a plain string", "Write the key as text.", place)
        if len(self.open) >= MAX_DEPTH:
            raise fail(f"nested more than {MAX_DEPTH} levels deep", "Flatten the file.", place)
        self.open.append(_Open(_CONTAINERS[type(event)](), place, event.anchor))

    def _expects_key(self) -> bool:
        return bool(self.open) and self.open[-1].key is None and isinstance(self.open[-1].value, Map)

    def _take_key(self, event: yaml.ScalarEvent) -> None:
        top, name = self.open[-1], event.value
        top.key, top.key_place = name, self._place(event)
        if event.implicit[0] and name == "<<":
            top.key = _MERGE_KEY
            if top.inherited is not None:
                raise fail("two merge keys ('<<') in one mapping", "Write one: `<<: [*a, *b]`.", top.key_place)
        elif event.implicit[0] and not isinstance(self._plain(name, top.key_place), str | None):
            raise fail(f"the key {name} is not a string", f'Quote it: "{name}".', top.key_place)
        elif name in top.value:
            summary = f"duplicate key {name!r}, first on line {top.value.where[name].line}"
            self.report.append(Diagnostic(summary, "Remove one of the two: the last one counts.", top.key_place))

    def _add(self, value: Any, place: Location, anchored: bool) -> None:
        top = self.open[-1]
        if isinstance(top.value, List):
            key = len(top.value)
            top.value.append(value)
            top.value.where.append(place)
        else:
            key, top.key = top.key, None
            if key is _MERGE_KEY:
                top.inherited = value
                return
            top.value.put(key, value, top.key_place)
        if anchored:
            top.value.anchored = {*top.value.anchored, key}

    def _closed(self, closed: _Open) -> Map | List:
        """The finished container: over the mappings that its merge key names; of those a later one wins, unlike in YAML."""
        if closed.inherited is None:
            return closed.value
        sources = closed.inherited if isinstance(closed.inherited, List) else [closed.inherited]
        merged = Map()
        for source in sources:
            if not isinstance(source, Map):
                raise fail("a merge key ('<<') takes a mapping or a list of mappings", "Name anchors.", closed.key_place)
            merged.take(source)
        merged.take(closed.value)
        return merged

    def _alias(self, event: yaml.AliasEvent) -> Any:
        name, place = event.anchor, self._place(event)
        if any(container.anchor == name for container in self.open):
            raise fail(f"the anchor {name} contains an alias to itself", "Remove the alias.", place)
        if name not in self.anchors:
            raise fail(f"there is no anchor {name}", f"Define it above: `&{name}`.", place)
        self.copied += size(self.anchors[name])
        if self.copied > MAX_VALUES:
            raise fail(f"its aliases expand to more than {MAX_VALUES:,} values", "Write fewer nested aliases.", place)
        return copy(self.anchors[name])

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.tag is None:
            return self._plain(event.value, self._place(event)) if event.implicit[0] else event.value
        try:
            return tagged_value(event.value, event.tag)
        except LookupError:
            raise fail(f"unknown tag {event.tag}", "Remove the tag.", self._place(event)) from None

    def _plain(self, text: str, place: Location) -> Any:
        try:
            return plain_value(text)
        except ValueError as error:
            raise fail(str(error), "Quote it, if it is text.", place) from None
