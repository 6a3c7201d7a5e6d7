"""`dbutils.secrets` and `dbutils.widgets`. No Spark."""

import pytest

pytest.importorskip("tomllib", reason="only Spark's Python, 3.11 or newer, reads secrets")

from local_runner.diagnostics import Failure
from local_runner.pipeline.dbutils.secrets import Secrets, with_secrets
from local_runner.pipeline.dbutils.widgets import Widgets


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "secrets.toml"
    path.write_text('[mail]\nuser = "ann"\npassword = "p1"\n\n[empty]\n')
    path.chmod(0o600)
    return path


def test_secrets(file):
    secrets = Secrets(file)
    assert secrets.get("mail", "password") == "p1"
    assert secrets.getBytes("mail", "user") == b"ann"
    assert [entry.key for entry in secrets.list("mail")] == ["password", "user"]
    assert [scope.name for scope in secrets.listScopes()] == ["empty", "mail"]


@pytest.mark.parametrize(("scope", "key"), [("mail", "token"), ("other", "user"), ("empty", "user")])
def test_a_missing_secret_says_what_to_write_where(file, scope, key):
    with pytest.raises(Failure) as failure:
        Secrets(file).get(scope, key)
    (problem,) = failure.value.diagnostics
    assert problem.summary == f"there is no secret {key} in the scope {scope}"
    assert problem.remedy == f'Add it to {file} (chmod 600):\n[{scope}]\n{key} = "…"'
    assert problem.location.file == __file__


def test_without_a_file_there_are_no_secrets(tmp_path):
    assert Secrets(tmp_path / "none.toml").listScopes() == []
    with pytest.raises(Failure, match="there is no secret user in the scope mail"):
        Secrets(tmp_path / "none.toml").get("mail", "user")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(file, mode):
    file.chmod(mode)
    with pytest.raises(Failure, match=f"others can read {file}"):
        Secrets(file).get("mail", "user")


def test_a_file_that_is_no_toml_is_named(file):
    file.write_text("[mail\n")
    with pytest.raises(Failure, match=f"{file} is no TOML"):
        Secrets(file).listScopes()


def test_secrets_in_a_configuration(file):
    configuration = {"login": "{{secrets/mail/user}}:{{secrets/mail/password}}", "plain": "{{x}}"}
    assert with_secrets(configuration, Secrets(file)) == {"login": "ann:p1", "plain": "{{x}}"}
    with pytest.raises(Failure, match="there is no secret no in the scope mail"):
        with_secrets({"x": "{{secrets/mail/no}}"}, Secrets(file))


def test_the_configuration_goes_before_a_default():
    widgets = Widgets({"day": "2025-03-01", "kind": "b"})
    widgets.text("day", "today")
    widgets.text("until", "tomorrow", "Until")
    widgets.dropdown("kind", "a", ["a", "b"])
    assert widgets.getAll() == {"day": "2025-03-01", "until": "tomorrow", "kind": "b"}
    assert widgets.get("day") == "2025-03-01"
    assert (widgets.getArgument("until", "x"), widgets.getArgument("none", "x")) == ("tomorrow", "x")
    widgets.remove("until")
    widgets.removeAll()
    assert widgets.get("kind") == "b"
    with pytest.raises(Failure, match="there is no widget until"):
        widgets.get("until")


def test_a_value_must_be_one_of_the_choices():
    widgets = Widgets({"kind": "c", "kinds": "a,c"})
    with pytest.raises(Failure, match="'c' is no choice of the widget kind"):
        widgets.dropdown("kind", "a", ["a", "b"])
    with pytest.raises(Failure, match="'c' is no choice of the widget kinds"):
        widgets.multiselect("kinds", "a", ["a", "b"])
