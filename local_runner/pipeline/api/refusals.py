"""What Databricks knows and a local run does not, refused by name."""

from collections.abc import Mapping
from typing import Any

from local_runner.diagnostics import Diagnostic, Failure, Location

SINK_FORMATS = frozenset({"csv", "json", "orc", "parquet", "text"})

_PARITY = "docs/parity.md lists what is supported"


def refuse_others(function: str, others: Mapping[str, Any], location: Location) -> None:
    """Raises Failure for the first of `others` that has a value: what it asks for would not be done."""
    for argument, value in others.items():
        if value is not None and value is not False:
            raise Failure(unsupported_argument(function, argument, location))


def unsupported_argument(function: str, argument: str, location: Location) -> Diagnostic:
    return Diagnostic(
        f"{function}({argument}=…) is not supported in local runs", f"Take the argument out; {_PARITY}", location
    )


def unsupported_name(module: str, name: str, location: Location) -> Diagnostic:
    return Diagnostic(f"{module}.{name} is not supported in local runs", _PARITY, location)


def unsupported_format(format: str, location: Location) -> Diagnostic:
    remedy = f"Formats are: {', '.join(sorted(SINK_FORMATS))}"
    return Diagnostic(f"a sink of format {format} is not supported in local runs", remedy, location)
