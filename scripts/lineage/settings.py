"""The settings of a pipeline that its Python code reads."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from local_runner.diagnostics import Location
from scripts.lineage.source import MissingSetting
from scripts.lineage.text_values import is_setting


def missing_settings(tree: ast.Module, file: str, configuration: Mapping[str, str]) -> Iterator[MissingSetting]:
    """The settings that `spark.conf.get("…")` reads with no default, and that are not in `configuration`.

    One whose name stands anywhere else is left out: `spark.conf.set`, or the `spark_conf` of a dataset, may give it a value.
    """
    read: list[ast.Constant] = []
    written: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            written[node.value] += 1
        elif isinstance(node, ast.Call) and is_setting(node) and _is_of_the_session(node):
            match node.args:
                case [ast.Constant(value=str()) as name]:
                    read.append(name)
    reads = Counter(constant.value for constant in read)
    for constant in read:
        name = constant.value
        if not name.startswith("spark.") and name not in configuration and written[name] == reads[name]:
            yield MissingSetting(name, Location(file, constant.lineno))


def _is_of_the_session(call: ast.Call) -> bool:
    session = call.func.value.value
    return isinstance(session, ast.Name) and session.id == "spark"
