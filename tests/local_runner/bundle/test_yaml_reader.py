"""Reading YAML: values, places, and files that must not be read."""

import pytest

from local_runner.bundle.tree import plain
from local_runner.bundle.yaml_reader import parse
from local_runner.diagnostics import Diagnostic, Failure, Location


def read(text: str, report: list[Diagnostic] | None = None) -> object:
    return parse(text.encode(), "f.yml", [] if report is None else report)


def refusal(text: str | bytes) -> Diagnostic:
    with pytest.raises(Failure) as caught:
        parse(text.encode() if isinstance(text, str) else text, "f.yml", [])
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_places_are_those_of_keys_and_items() -> None:
    tree = read("a: 1\nb:\n  c:\n    - x\n    - d: y\n")
    assert tree.where == {"a": Location("f.yml", 1, 1), "b": Location("f.yml", 2, 1)}
    assert tree["b"]["c"].where == [Location("f.yml", 4, 7), Location("f.yml", 5, 7)]
    assert tree["b"]["c"][1].where == {"d": Location("f.yml", 5, 7)}


def test_only_the_first_document_counts() -> None:
    assert plain(read("a: 1\n---\na: 2\n")) == {"a": 1}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n"])
def test_empty(text: str) -> None:
    assert read(text) is None


def test_aliases_are_copies() -> None:
    tree = read("a: &x {b: [1]}\nc: *x\n")
    tree["a"]["b"].append(2)
    assert tree["c"]["b"] == [1]


def test_an_inherited_value_gives_way_to_an_own_one() -> None:
    assert plain(read("a: &a {x: 1, y: 1}\nb:\n  y: 2\n  <<: *a\n"))["b"] == {"x": 1, "y": 2}


def test_a_duplicate_key_is_reported_and_the_last_value_counts() -> None:
    report: list[Diagnostic] = []
    assert plain(read("a: 1\nb: 2\na: 3\n", report)) == {"a": 3, "b": 2}
    assert [(str(d.location), d.summary) for d in report] == [("f.yml:3", "duplicate key 'a', first on line 1")]


@pytest.mark.slow
def test_aliases_that_explode_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refusal("\n".join(lines)).summary == "its aliases expand to more than 1,000,000 values"


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "a: " + "- " * 100_000, "{a: " * 5_000, "a:\n" + "  - - - -" * 50])
def test_depth_is_refused_without_recursion(text: str) -> None:
    assert refusal(text).summary in (
        "nested more than 100 levels deep",
        "not valid YAML: block sequence entries are not allowed in this context",
    )


def test_what_lies_99_levels_deep_is_read() -> None:
    tree = read("[" * 99 + "x" + "]" * 99)
    for _ in range(99):
        (tree,) = tree
    assert tree == "x"


@pytest.mark.parametrize(
    ("raw", "line", "summary"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "not UTF-8: byte 0xe9"),
        (b"a: 1\nb: \x00\n", 2, "not YAML: character 0x00"),
        (b"a: 1\nb: *c\n", 2, "there is no anchor c"),
        (b"a: 1\nb: &c [*c]\n", 2, "the anchor c contains an alias to itself"),
        (b"a: 1\nb: !secret x\n", 2, "unknown tag !secret"),
        (b"a: 1\n[b]: 2\n", 2, "a key must be a plain string"),
        (b"a: 1\n2: 3\n", 2, "the key 2 is not a string"),
        (b"a: 1\nb: 99999999999999999999\n", 2, "99999999999999999999 does not fit in 64 bits"),
        (b"a: 1\n<<: 3\n", 2, "a merge key ('<<') takes a mapping or a list of mappings"),
    ],
)
def test_refusals_name_their_line(raw: bytes, line: int, summary: str) -> None:
    diagnostic = refusal(raw)
    assert (diagnostic.summary, diagnostic.location.line) == (summary, line)
    assert diagnostic.remedy


def test_a_syntax_error_shows_its_line() -> None:
    diagnostic = refusal("a: 1\nb: [1\nc: 2\n")
    assert str(diagnostic.location) == "f.yml:3"
    assert diagnostic.detail == "c: 2\n ^"
