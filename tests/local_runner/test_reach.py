"""Which errors of a bundle stop a run of one resource, and which are another's."""

import pytest

from local_runner.bundle import resolve
from local_runner.reach import errors_reaching

BUNDLE = """\
bundle: {name: shop}
include: [resources/*.yml]
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""
GOOD = """\
resources:
  jobs:
    nightly: {name: n, tasks: [{task_key: a, pipeline_task: {pipeline_id: "${resources.pipelines.orders.id}"}}]}
  pipelines:
    orders: {name: o, catalog: "${resources.catalogs.sales.name}", schema: s}
"""
CATALOG = "resources:\n  catalogs:\n    sales: {name: sales}\n"
NOT_YAML = "resources:\n  jobs:\n    other: {name: [}\n"
WRONG = "# Comment: a\nresources:\n  jobs:\n    other: {name: '${var.nothing}'}\n"


@pytest.fixture
def summaries(tmp_path):
    def summaries(files, *resources):
        for name, text in {"databricks.yml": BUNDLE, "resources/a.yml": GOOD, "resources/b.yml": CATALOG, **files}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        bundle = resolve(tmp_path)
        assert bundle.errors
        return [error.summary for error in errors_reaching(bundle, resources)]

    return summaries


NIGHTLY = ("jobs", "nightly")


@pytest.mark.parametrize("wrong", [NOT_YAML, WRONG])
def test_what_is_wrong_in_another_resources_file_reaches_only_that(summaries, wrong):
    files = {"resources/other.yml": wrong}
    assert summaries(files, NIGHTLY) == []
    assert summaries(files, ("pipelines", "orders")) == []
    assert summaries(files) == []
    assert len(summaries(files, NIGHTLY, ("jobs", "other"))) == 1


@pytest.mark.parametrize(
    "files",
    [
        {"databricks.yml": BUNDLE + "variables: {x: {default: '${var.nothing}'}}\n"},
        {"resources/c.yml": "variables: {x: [}\n"},
        {"resources/c.yml": "targets: {dev: {}}\n" + NOT_YAML},
        {"resources/c.yml": "{resources: {jobs: {other: {name: '${var.nothing}'}}}}\n"},
        {"resources/a.yml": GOOD + "    other: {name: '${var.nothing}'}\n"},
        {"resources/b.yml": CATALOG.replace("{name: sales}", "{name: '${var.nothing}'}")},
        {"resources/b.yml": CATALOG.replace("{name: sales}", "{name: [}")},
    ],
)
def test_what_may_change_a_resource_reaches_it(summaries, files):
    assert len(summaries(files, NIGHTLY)) >= 1
