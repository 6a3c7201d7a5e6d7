"""From the key of a job or a pipeline to what runs."""

import pytest

from local_runner.bundle import resolve
from local_runner.diagnostics import Failure
from local_runner.jobs import pipelines_of

BUNDLE = """\
bundle: {name: shop}
resources:
  pipelines:
    shop_orders: {name: orders}
    shop_stock: {name: stock}
  jobs:
    nightly:
      name: nightly
      tasks:
        - task_key: second
          depends_on: [{task_key: first}]
          pipeline_task: {pipeline_id: "${resources.pipelines.shop_stock.id}"}
        - {task_key: first, pipeline_task: {pipeline_id: "${resources.pipelines.shop_orders.id}"}}
    misspelt:
      name: misspelt
      tasks:
        - {task_key: only, pipeline_task: {pipeline_id: "${resources.pipelines.shop_oders.id}"}}
    missing:
      name: missing
      tasks:
        - {task_key: only, pipeline_task: {pipeline_id: "${resources.pipelines.x.id}"}}
targets: {dev: {default: true, workspace: {host: https://example.com}}}
"""


@pytest.fixture
def bundle(tmp_path):
    (tmp_path / "databricks.yml").write_text(BUNDLE)
    return resolve(tmp_path)


def test_a_jobs_pipelines_in_the_order_of_its_tasks(bundle):
    assert pipelines_of(bundle, "nightly") == ["shop_orders", "shop_stock"]
    assert pipelines_of(bundle, "jobs.nightly") == ["shop_orders", "shop_stock"]
    assert pipelines_of(bundle, "shop_stock") == ["shop_stock"]


@pytest.mark.parametrize(
    ("key", "summary", "remedy", "line"),
    [
        ("nightli", "no job or pipeline named nightli", "Did you mean nightly?", None),
        (
            "zzz",
            "no job or pipeline named zzz",
            "This bundle has: missing, misspelt, nightly, shop_orders, shop_stock",
            None,
        ),
        (
            "misspelt",
            "task only of misspelt runs shop_oders, and there is no such pipeline",
            "Did you mean shop_orders?",
            14,
        ),
        (
            "missing",
            "task only of missing runs x, and there is no such pipeline",
            "Make it, or name another in the task's pipeline_id",
            18,
        ),
    ],
)
def test_what_is_not_there_is_named(bundle, key, summary, remedy, line):
    with pytest.raises(Failure) as caught:
        pipelines_of(bundle, key)
    (problem,) = caught.value.diagnostics
    assert (problem.summary, problem.remedy) == (summary, remedy)
    assert (problem.location and problem.location.line) == line
