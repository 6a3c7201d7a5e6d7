"""`just login`: the profile it chooses, and what it asks of the Databricks CLI."""

import pytest

# They start processes.
pytestmark = pytest.mark.slow

BUNDLE = """\
bundle: {name: shop}
targets:
  dev: {default: true, workspace: {host: https://dev.test}}
  live: {workspace: {host: https://REPLACE-ME.cloud.databricks.com}}
  anywhere: {}
  named: {workspace: {host: https://dev.test, profile: mine}}
"""
PRIVATE = "dapi-do-not-show-this"


@pytest.fixture
def login(tmp_path, run_module, databricks, monkeypatch):
    """`login(*arguments, profiles=text)`, with a file of profiles that holds this text."""
    (tmp_path / "databricks.yml").write_text(BUNDLE)
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "profiles"))

    def login(*arguments, profiles=None):
        if profiles is not None:
            (tmp_path / "profiles").write_text(profiles)
        return run_module("scripts.login", *arguments, cwd=tmp_path)

    return login


def test_a_first_login_makes_a_profile_for_the_target(login, databricks):
    assert login("dev") == (0, "Signing in to https://dev.test as the profile shop-dev\n", "")
    assert databricks.asked == ["auth login --host https://dev.test --profile shop-dev"]


@pytest.mark.parametrize(
    ("profiles", "chosen"),
    [
        (f"[work]\nhost = https://dev.test/\ntoken = {PRIVATE}\n[other]\nhost = https://other.test\n", "work"),
        (f"; mine\n[DEFAULT]\nhost = https://dev.test?o=1\ntoken = {PRIVATE}%\n[other]\nserverless\n", "DEFAULT"),
        ("[http]\nhost = http://dev.test\n[longer]\nhost = https://dev.test.org\n[bare]\nhost = dev.test\n", "shop-dev"),
        ("[DEFAULT]\nhost = https://dev.test\n[empty]\ntoken = x\n[settings]\nhost =\n", "DEFAULT"),
    ],
)
def test_the_profile_of_the_host_is_used(login, databricks, profiles, chosen):
    assert login(profiles=profiles).returncode == 0
    assert databricks.asked == [f"auth login --host https://dev.test --profile {chosen}"]


def test_several_profiles_of_a_host_are_refused(login, databricks):
    both = "[a]\nhost = https://dev.test\n[b]\nhost = https://dev.test\n"
    assert login(profiles=both) == (
        1,
        "",
        "Error: the host of dev has several profiles: a, b\n"
        "  Remove all but one from profiles, or name one: just login dev --profile a\n",
    )
    assert databricks.asked == []
    assert login("dev", "--profile", "b").returncode == 0
    assert databricks.asked == ["auth login --host https://dev.test --profile b"]


def test_a_profile_that_the_target_names_is_used(login, databricks):
    login("named", profiles="[other]\nhost = https://dev.test\n")
    assert databricks.asked == ["auth login --host https://dev.test --profile mine"]


def test_a_placeholder_is_refused(login, databricks):
    assert login("live") == (
        1,
        "",
        "Error: databricks.yml:4: the host https://REPLACE-ME.cloud.databricks.com is a placeholder\n"
        "  Write the address of live's workspace in its place.\n",
    )
    assert databricks.asked == []


@pytest.mark.parametrize(
    ("target", "message"),
    [("anywhere", "the target anywhere names no workspace"), ("lvie", "no target named lvie\n  Did you mean live?")],
)
def test_a_target_without_a_host_is_refused(login, databricks, target, message):
    done = login(target)
    assert (done.returncode, done.stdout, databricks.asked) == (1, "", [])
    assert message in done.stderr


@pytest.mark.parametrize(
    ("profiles", "line"), [(f"token = {PRIVATE}\n", 1), (f"[a]\nhost = https://dev.test\n= {PRIVATE}\n", 3)]
)
def test_a_broken_file_is_named_and_not_shown(login, databricks, profiles, line):
    done = login(profiles=profiles)
    assert (done.returncode, done.stdout, databricks.asked) == (1, "", [])
    assert done.stderr == (
        f"Error: profiles:{line}: not a list of profiles\n  Correct it: the Databricks CLI cannot read it either.\n"
    )


def test_the_exit_code_is_the_clis(login, databricks):
    databricks.answer("auth login --host https://dev.test --profile shop-dev", code=3)
    assert login().returncode == 3


def test_without_the_cli(login, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert login().stderr.startswith("Error: the Databricks CLI is not installed\n  Install it: https://")
