"""How it is told what a change touches: within a width, as Markdown, and as JSON."""

import json

from scripts.affected.change import Change
from scripts.affected.compare import Touched
from scripts.affected.report import as_json, as_markdown, as_text

LONG = tuple(f"function_{number} changed (src/crm/hubspot/transformations/base_{number}.py)" for number in range(9))
CHANGE = Change(
    "dev",
    "0123456789abcdef",
    (
        Touched("crm", "hubspot", "jobs.crm_job", ("runs pipelines.crm_pipeline",)),
        Touched("crm", "hubspot", "pipelines.crm_pipeline", LONG),
        Touched("finance", "stripe", "jobs.old_job", ("gone from the code",), is_gone=True),
    ),
    {"jobs.crm_job": "crm", "pipelines.crm_pipeline": "crm", "jobs.other": "sales"},
)


def test_text_keeps_to_its_width():
    text = as_text(CHANGE, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert text.splitlines() == [
        "crm/hubspot: function_0 changed (src/crm/hubspot/transformations/base_0.py);",
        *(f"  function_{number} changed (src/crm/hubspot/transformations/base_{number}.py);" for number in range(1, 6)),
        "  and 3 more",
        "    pipelines.crm_pipeline",
        "crm/hubspot: runs pipelines.crm_pipeline",
        "    jobs.crm_job",
        "finance/stripe: gone from the code",
        "    jobs.old_job",
        "2 domains, 3 of 3 resources touched on dev since 0123456789",
    ]


def test_a_path_longer_than_a_line_stays_whole():
    path = f"src/{'x' * 90}.py"
    change = Change("dev", "0" * 40, (Touched("a", "b", "jobs.j", (f"f changed ({path})",)),), {"jobs.j": "a"})
    assert f"({path})" in as_text(change, 40)
    assert as_text(change, 120).splitlines()[0] == f"a/b: f changed ({path})"


def test_markdown_is_a_table_in_which_names_are_only_names():
    reason = "a_b changed (src/a/__init__.py|`@ann` <b>.py)"
    change = Change("dev", None, (Touched("a", "b", "jobs.a_job", (reason, "x")),), {"jobs.a_job": "a"})
    assert as_markdown(change).splitlines() == [
        "| what | why | resources |",
        "|---|---|---|",
        "| a/b | a_b changed (src/a/&#95;&#95;init&#95;&#95;.py&#124;&#96;&#64;ann&#96; &#60;b&#62;.py)<br>x | jobs.a_job |",
        "",
        "1 domain, 1 of 1 resources touched on dev for the first deployment",
    ]


def test_markdown_of_nothing_is_no_table():
    assert as_markdown(Change("dev", "0" * 40, (), {"jobs.a": "a"})).splitlines() == [
        "",
        "0 domains, 0 of 1 resources touched on dev since 0000000000",
    ]


def test_json_has_every_reason():
    value = json.loads(as_json(CHANGE))
    assert [domain["domain"] for domain in value["domains"]] == ["crm", "finance"]
    assert value["domains"][0]["resources"][1]["reasons"] == list(LONG)
    assert value["domains"][1]["resources"] == [
        {"key": "jobs.old_job", "source": "stripe", "reasons": ["gone from the code"], "gone": True}
    ]
