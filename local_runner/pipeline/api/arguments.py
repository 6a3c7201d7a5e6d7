"""Arguments that Databricks knows and a local run does not."""

from collections.abc import Mapping
from typing import Any

from local_runner.diagnostics import Location, fail


def refuse_others(function: str, others: Mapping[str, Any], location: Location) -> None:
    """Raises Failure for the first of `others` that has a value: what it asks for would not be done."""
    for argument, value in others.items():
        if value is not None and value is not False:
            raise fail(
                f"{function}({argument}=…) is not supported in local runs",
                "Take the argument out; docs/parity.md lists what is supported",
                location,
            )
