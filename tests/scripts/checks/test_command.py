"""The command: what it checks, what it prints, its exit codes."""

import json

import pytest

from scripts import checks

TARGETS = """\
bundle: {name: shop}
include: [resources/*.yml]
targets:
  dev: {mode: development, default: true}
  staging: {}
  prod:
    resources: {jobs: {daily: {nmae: x}}}
"""
JOB = """\
resources:
  jobs:
    daily:
      name: "${var.nothing}"
      tasks:
        - task_key: refresh
          depends_on: [{task_key: "50%, x"}]
          pipeline_task: {pipeline_id: "0"}
"""


def test_all_targets_told_once(check):
    assert check({"databricks.yml": TARGETS, "resources/x.yml": JOB}) == (
        1,
        """\
Error: resources/x.yml:4: reference does not exist: ${var.nothing} [dev, staging, prod]
  Define it, or correct the reference.
Error: resources/x.yml:7: task refresh of job daily names the task 50%, x, which the job does not define [dev, staging, prod]
  Define 50%, x, or correct the name.
Warning: databricks.yml:7: unknown field: targets.prod.resources.jobs.daily.nmae [dev, staging, prod]
  Did you mean name?
Checked dev, staging, prod: 2 errors, 1 warning
""",
    )


def test_one_target(check):
    code, output = check({"databricks.yml": TARGETS, "resources/x.yml": JOB}, "prod")
    assert code == 1
    assert output.splitlines()[-1] == "Checked prod: 2 errors, 1 warning"


def test_a_target_that_does_not_exist(check):
    code, output = check({"databricks.yml": TARGETS}, "prd")
    assert code == 1
    assert output.startswith("Error: databricks.yml:4: no target named prd\n  Did you mean prod? ")


def test_no_bundle(check, tmp_path):
    (tmp_path / "empty").mkdir()
    code, output = check({}, "--bundle", "empty")
    assert code == 1
    assert output.startswith("Error: no databricks.yml in ")


def test_json(check):
    code, output = check({"databricks.yml": TARGETS, "resources/x.yml": JOB}, "--output", "json")
    assert code == 1
    value = json.loads(output)
    assert value["targets"] == ["dev", "staging", "prod"]
    assert value["errors"][0] == {
        "file": "resources/x.yml",
        "line": 4,
        "column": 7,
        "summary": "reference does not exist: ${var.nothing}",
        "detail": "",
        "remedy": "Define it, or correct the reference.",
        "targets": ["dev", "staging", "prod"],
    }
    assert [entry["summary"] for entry in value["warnings"]] == ["unknown field: targets.prod.resources.jobs.daily.nmae"]


def test_annotations_in_github_actions(check, monkeypatch):
    files = {"databricks.yml": TARGETS, "resources/x.yml": JOB}
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, output = check(files, "dev")
    assert code == 1
    assert output == (
        "::error file=resources/x.yml,line=4,col=7,title=reference does not exist%3A ${var.nothing}"
        "::Define it, or correct the reference.\n"
        "::error file=resources/x.yml,line=7,col=25,title=task refresh of job daily names the task 50%25%2C x%2C which"
        " the job does not define::Define 50%25, x, or correct the name.\n"
        "::warning file=databricks.yml,line=7,col=32,title=unknown field%3A targets.prod.resources.jobs.daily.nmae"
        "::Did you mean name?\n"
        "Checked dev: 2 errors, 1 warning\n"
    )


@pytest.mark.slow
def test_this_repository(check, request):
    code, output = check({}, "dev", "--bundle", str(request.config.rootpath), "--output", "json")
    assert code == 0
    assert json.loads(output)["errors"] == []


def test_wrong_usage(check):
    with pytest.raises(SystemExit) as exit_:
        check({}, "--output", "xml")
    assert exit_.value.code == 2


def test_every_rule_is_in_the_docs(request):
    text = (request.config.rootpath / "docs/checks.md").read_text(encoding="utf-8")
    rules = [*checks.BUNDLE_RULES, *checks.LINEAGE_RULES]
    listed = [rule for rule in rules if f"`{rule.__module__.removeprefix('scripts.checks.')}.{rule.__name__}`" in text]
    assert listed == rules


def test_a_narrow_terminal_breaks_no_word(check, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    _, output = check({"resources/x.yml": JOB})
    assert output.startswith("Error: resources/x.yml:4: reference does\n    not exist: ${var.nothing}\n")
