"""Trees: merging, and where the parts of a merged tree come from."""

import pytest

from local_runner.bundle.tree import Map, copy, each, location, locations, merge, plain
from local_runner.bundle.yaml_reader import parse
from local_runner.diagnostics import Failure


def tree(file: str, text: str) -> Map:
    return parse(text.encode(), file, [])


BASE = "job:\n  name: load\n  tags: {a: 1}\n  tasks:\n    - x\n"
OVERRIDE = "job:\n  tags:\n    a: 2\n    b: 3\n  tasks: [y]\n  name:\n"


def test_merge() -> None:
    merged = merge(tree("base", BASE), tree("over", OVERRIDE))
    assert plain(merged) == {"job": {"name": "load", "tags": {"a": 2, "b": 3}, "tasks": ["x", "y"]}}


def test_a_merged_part_keeps_its_own_place() -> None:
    merged = merge(tree("base", BASE), tree("over", OVERRIDE))
    places = {".".join(map(str, path)): str(place) for path, place in locations(merged)}
    assert places == {
        "job": "base:1",
        "job.name": "base:2",
        "job.tags": "base:3",
        "job.tags.a": "over:3",
        "job.tags.b": "over:4",
        "job.tasks": "base:4",
        "job.tasks.0": "base:5",
        "job.tasks.1": "over:5",
    }


def test_the_last_to_write_a_value_gives_its_place_even_when_both_are_the_same() -> None:
    merged = merge(tree("base", "a: x\nb:\nc: 1\n"), tree("over", "a: x\nb: {d: 1}\nc: 1\n"))
    assert {key: place.file for key, place in merged.where.items()} == {"a": "over", "b": "over", "c": "over"}


def test_a_part_without_a_place_has_that_of_what_is_around_it() -> None:
    merged = tree("base", BASE)
    merged["job"]["queue"] = Map({"enabled": True})
    assert str(location(merged, ("job", "queue", "enabled"))) == "base:1"
    assert location(merged, ("other",)) is None


def test_different_kinds_do_not_merge() -> None:
    with pytest.raises(Failure) as caught:
        merge(tree("base", BASE), tree("over", "job:\n  tasks: {a: b}\n"))
    (diagnostic,) = caught.value.diagnostics
    assert str(diagnostic.location) == "over:2"
    assert diagnostic.summary == "cannot merge a mapping into a list at job.tasks"


def test_a_copy_is_independent() -> None:
    original = tree("base", BASE)
    duplicate = copy(original)
    duplicate["job"]["tags"].put("a", 9)
    duplicate["job"]["tasks"].append("z")
    assert plain(original) == {"job": {"name": "load", "tags": {"a": 1}, "tasks": ["x"]}}
    assert dict(locations(duplicate)) == dict(locations(original))


def test_each() -> None:
    config = tree("f", "jobs:\n  a: {tasks: [{key: 1}, {key: 2}, x]}\n  b: {}\n  c:\n")
    assert [path for path, _, _ in each(config, "jobs.*.tasks[*].key")] == [
        ("jobs", "a", "tasks", 0, "key"),
        ("jobs", "a", "tasks", 1, "key"),
    ]
    assert [(path, key in owner) for path, owner, key in each(config, "jobs.*.name")] == [
        (("jobs", "a", "name"), False),
        (("jobs", "b", "name"), False),
    ]
