"""Changes that the code alone does not tell: what they touch is known here, by the way they are made.

Some say the same in other words; some meet an import that only running would tell. The model is one with `computed`.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.scripts.affected.generated import COMPUTED
from tests.scripts.affected.mutations import shared_function
from tests.scripts.affected.scene import Scene


def renamed_local(scene: Scene) -> set[str]:
    file = scene.pair().transformation("base_orders.py")
    scene.edit(file, "    orders = ", "    rows = ")
    scene.edit(file, "return orders.", "return rows.")
    return set()


def constant_given_a_name(scene: Scene) -> set[str]:
    file = scene.pair().transformation("final_audit.py")
    scene.edit(file, 'groupBy("status")', "groupBy(STATUS)")
    scene.append(file, '\n\nSTATUS = "status"\n')
    return set()


def other_aliases_in_sql(scene: Scene) -> set[str]:
    file = scene.pair(lambda pair: pair.is_sql and not pair.upstream).staging_file
    for old, new in (("o.*", "orders.*"), ("AS o\n", "AS orders\n"), ("o.value", "orders.value")):
        scene.edit(file, old, new)
    return set()


def function_under_another_name(scene: Scene) -> set[str]:
    scene.edit("src/common/checks.py", "def is_recent", "def is_recent_day")
    scene.append("src/common/checks.py", "\n\nis_recent = is_recent_day\n")
    return set()


def function_of_an_import_that_is_computed(scene: Scene) -> set[str]:
    scene.edit("src/common/rates.py", "column * 2", "column * 3")
    return scene.users_of(COMPUTED)


BEYOND: list[Callable[[Scene], set[str]]] = [
    renamed_local,
    constant_given_a_name,
    other_aliases_in_sql,
    function_under_another_name,
    function_of_an_import_that_is_computed,
    shared_function,
]
