"""`just doctor` as a whole: targets, profiles, placeholders, git; its exit code, and what it never shows."""

import json

import pytest

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


def test_all_is_well(doctor):
    found, code = lines(doctor, HEAD + DEV, PROFILE)
    assert code == 0
    assert found["bundle"] == ("ok", "resolves in dev", "")
    assert found["target dev"] == ("ok", "https://dev.test, profile work", "")
    assert {"Python", "uv", "Java", "local Spark", "Databricks CLI", "git"} <= found.keys()
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


@pytest.mark.parametrize(
    ("owners", "line"),
    [
        (
            "# REPLACE-ME\nplatform: '@shop/all'\ndomains:\n  a: '@REPLACE-ME/a'\n  b: '@REPLACE-ME/b'\n",
            (
                "warning",
                "2 of 3 are placeholders, such as @REPLACE-ME/a (owners.yml:4)",
                "Write your organisation in their place, then: just codeowners",
            ),
        ),
        ("platform: '@shop/all'\ndomains: {a: '@shop/a'}\n", ("ok", "2 in owners.yml", "")),
    ],
)
def test_owners(doctor, tmp_path, owners, line):
    (tmp_path / "owners.yml").write_text(owners)
    assert lines(doctor, HEAD + DEV, PROFILE)[0]["owners"] == line


def test_owners_that_cannot_be_read(doctor, tmp_path):
    assert lines(doctor, HEAD + DEV, PROFILE)[0]["owners"][0] == "warning"
    (tmp_path / "owners.yml").write_text("platform: nobody\ndomains: {}\n")
    assert lines(doctor, HEAD + DEV, PROFILE)[0]["owners"][1] == (
        "'nobody' is not an owner that GitHub knows (owners.yml:1)"
    )


def test_git(doctor, git, commit):
    assert lines(doctor, HEAD + DEV, PROFILE)[0]["git"][0] == "warning"
    git("init", "--quiet", "--initial-branch=trunk")
    first = commit()
    assert lines(doctor, HEAD + DEV + LIVE, PROFILE)[0]["git"] == ("ok", f"trunk at {first[:10]}, 1 uncommitted file", "")
    git("update-ref", "refs/deployed/dev", "HEAD")
    second = commit()
    git("update-ref", "refs/deployed/live", "HEAD")
    git("checkout", "--quiet", "--detach")
    assert lines(doctor, HEAD + DEV + LIVE, PROFILE)[0]["git"][1] == (
        f"no branch at {second[:10]}, dev is 1 commit behind, live is up to date"
    )


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
