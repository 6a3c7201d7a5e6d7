"""Bundles that could hang, exhaust memory or end in a traceback: each gets an answer in words."""

from pathlib import Path

import pytest

from local_runner.bundle import ResolvedBundle, resolve
from local_runner.cli import main

pytestmark = pytest.mark.slow

HEAD = "bundle: {name: shop}\n"


@pytest.fixture
def resolved(tmp_path: Path):
    def resolve_text(text: str, **options) -> ResolvedBundle:
        (tmp_path / "databricks.yml").write_text(HEAD + text)
        return resolve(tmp_path, user="ann.lee@example.com", **options)

    return resolve_text


def said(bundle: ResolvedBundle) -> list[tuple[int, str]]:
    return [(diagnostic.location.line if diagnostic.location else 0, diagnostic.summary) for diagnostic in bundle.errors]


def variables(defaults: list[str]) -> str:
    return "variables:\n" + "".join(f'  v{n}: {{default: "{default}"}}\n' for n, default in enumerate(defaults))


def test_20_000_lines(resolved) -> None:
    jobs = "".join(f"    j{n}:\n      name: ${{bundle.name}}-{n}\n      tags:\n        n: {n}\n" for n in range(5_000))
    bundle = resolved("resources:\n  jobs:\n" + jobs)
    assert bundle.diagnostics == ()
    assert bundle.value["resources"]["jobs"]["j4999"]["name"] == "shop-4999"
    assert str(bundle.location("resources", "jobs", "j4999", "tags", "n")).endswith("databricks.yml:20003")


def test_a_chain_of_1_000_references(resolved) -> None:
    errors = said(resolved(variables([f"${{var.v{n + 1}}}" for n in range(1_000)] + ["end"])))
    assert errors[0] == (3, "references are nested more than 100 deep: var.v1 …")


def test_a_chain_through_deep_values(resolved) -> None:
    deep = "".join(f'  v{n}: {{default: {"[" * 30}"${{var.v{n + 1}}}"{"]" * 30}}}\n' for n in range(90))
    errors = said(resolved(f"variables:\n{deep}  v90: {{default: end}}\n"))
    assert errors[0] == (3, "what ${var.v1} refers to is nested too deep")


def test_text_that_explodes(resolved) -> None:
    bundle = resolved(variables(["ha"] + [f"${{var.v{n}}}" * 10 for n in range(12)]))
    assert {summary for _, summary in said(bundle)} == {"references expand to more than 1,000,000 characters"}


def test_a_complex_value_that_explodes(resolved) -> None:
    lines = ["  v0: {type: complex, default: [x]}"]
    for n in range(1, 12):
        ten = ", ".join([f'"${{var.v{n - 1}}}"'] * 10)
        lines.append(f"  v{n}: {{type: complex, default: [{ten}]}}")
    assert said(resolved("variables:\n" + "\n".join(lines))) == [(8, "${var.v4} expands to more than 10,000 values")]


@pytest.mark.parametrize("text", ["${" + "a" * 100_000 + "!", "${" + "a-" * 100_000 + "}", "${a.b" * 50_000])
def test_text_that_looks_like_a_reference(resolved, text: str) -> None:
    assert resolved(variables([text])).value["variables"]["v0"]["value"] == text


def test_a_symlink_loop(resolved, tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/loop.yml").symlink_to("loop.yml")
    (tmp_path / "resources/self").symlink_to(".")
    bundle = resolved("include: [resources/*.yml, resources/*/*.yml]\n")
    assert said(bundle) == [(0, "cannot read the file: Too many levels of symbolic links")] * 2


def test_every_file_that_cannot_be_read_is_named(resolved, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_bytes(b"x: \xff\n")
    (tmp_path / "b.yml").write_text("x: [\n")
    (tmp_path / "c.yml").mkdir()
    files = [Path(error.location.file).name for error in resolved("include: ['*.yml']\n").errors]
    assert files == ["a.yml", "b.yml", "c.yml"]


@pytest.mark.parametrize("section", ["bundle", "targets", "variables", "workspace", "sync", "permissions", "resources"])
@pytest.mark.parametrize("value", ["3", "text", "[1]", "null", "${var.x}", "{a: 1}", "[null]", "{a: [null]}"])
def test_a_section_of_any_shape(tmp_path: Path, section: str, value: str) -> None:
    head = "" if section == "bundle" else HEAD
    (tmp_path / "databricks.yml").write_text(f"{head}{section}: {value}\n")
    bundle = resolve(tmp_path, user="ann.lee@example.com")
    assert all(diagnostic.summary and diagnostic.remedy for diagnostic in bundle.diagnostics)


def test_no_bundle(tmp_path: Path) -> None:
    (error,) = resolve(tmp_path).errors
    assert error.summary == f"no databricks.yml in {tmp_path}"


@pytest.mark.parametrize(
    "arguments", [[], ["unknown"], ["resolve", "--var", "novalue"], ["resolve", "--target"], ["resolve", "extra"]]
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
