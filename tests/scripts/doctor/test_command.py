"""`just doctor` as a whole: targets, profiles, placeholders; its exit code, and what it never shows."""

import json

import pytest

# They start processes.
pytestmark = pytest.mark.slow

HEAD = "bundle: {name: shop}\ntargets:\n"
DEV = "  dev: {mode: development, default: true, workspace: {host: https://dev.test}}\n"
LIVE = "  live: {workspace: {host: https://REPLACE-ME.test}, run_as: {service_principal_name: REPLACE-ME-live}}\n"
PRIVATE = "dapi-do-not-show-this"
PROFILE = f"[work]\nhost = https://dev.test\ntoken = {PRIVATE}\n"


@pytest.fixture
def doctor(tmp_path, run_module, databricks, monkeypatch):
    """`doctor(bundle, profiles, *arguments)`: exit code and what is printed."""
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "profiles"))
    databricks.answer("--version", "Databricks CLI v99.0.0\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/java").write_text("#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n")
    (tmp_path / "bin/java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    def doctor(bundle, profiles, *arguments):
        (tmp_path / "databricks.yml").write_text(bundle)
        (tmp_path / "profiles").write_text(profiles)
        done = run_module("scripts.doctor", *arguments, cwd=tmp_path)
        assert done.stderr == ""
        assert PRIVATE not in done.stdout
        return done.returncode, done.stdout

    return doctor


def lines(doctor, bundle, profiles):
    """The lines by name, for a bundle and profiles; and the exit code."""
    code, text = doctor(bundle, profiles, "-o", "json")
    return {line["name"]: (line["status"], line["found"], line["remedy"]) for line in json.loads(text)}, code


def test_all_is_well(doctor, tmp_path):
    found, code = lines(doctor, HEAD + DEV, PROFILE)
    assert code == 0
    assert found["bundle"] == ("ok", "resolves in dev", "")
    assert found["target dev"] == ("ok", "https://dev.test, profile work", "")
    assert found["Java"] == ("ok", f"21 ({tmp_path}/bin/java)", "")
    assert {"Python", "uv", "local Spark", "Databricks CLI", "owners", "git"} <= found.keys()
    assert "placeholder" not in found


def test_a_warning_says_what_to_do(doctor):
    found, code = lines(doctor, HEAD + DEV + LIVE, "")
    assert code == 0
    assert found["target dev"] == ("warning", "https://dev.test, and no profile for it", "just login dev")
    assert found["target live"] == (
        "warning",
        "https://REPLACE-ME.test is a placeholder (databricks.yml:4)",
        "Write the address of the target's workspace.",
    )
    assert found["placeholder"] == (
        "warning",
        "the principal REPLACE-ME-live is a placeholder (databricks.yml:4)",
        "Write the service principal's application id, the user's email or the group's name.",
    )


def test_several_profiles_and_a_broken_file(doctor):
    found, code = lines(doctor, HEAD + DEV, f"{PROFILE}[home]\nhost = https://dev.test/\n")
    assert (code, found["target dev"][:2]) == (0, ("warning", "https://dev.test, and several profiles for it: work, home"))
    found, code = lines(doctor, HEAD + DEV, f"token = {PRIVATE}\n")
    assert code == 0
    assert found["target dev"][0] == "warning"
    assert found["target dev"][1].startswith("not a list of profiles (")


def test_a_bundle_that_does_not_resolve_is_an_error(doctor):
    found, code = lines(doctor, HEAD + DEV + "resources: {jobs: {x: {name: '${var.none}'}}}\n", PROFILE)
    assert code == 1
    assert found["bundle"] == ("error", "1 error in dev", "just check dev")
    assert found["target dev"][0] == "ok"


def test_a_bundle_that_cannot_be_read_is_an_error(doctor):
    found, code = lines(doctor, "bundle: [", PROFILE)
    assert (code, found["bundle"][0]) == (1, "error")
    assert found["Databricks CLI"][0] == "ok"


def test_the_text_is_aligned(doctor):
    code, text = doctor(HEAD + DEV + LIVE, "")
    assert code == 0
    rows = text.splitlines()
    # The longest status is `warning`, the longest name `Databricks CLI`; two spaces after each.
    assert {row[7:9] + row[23:25] for row in rows} == {"    "}
    assert "warning  target dev      https://dev.test, and no profile for it" in rows
    assert (
        rows[rows.index("warning  target dev      https://dev.test, and no profile for it") + 1]
        == " " * 25 + "just login dev"
    )
