"""`create_auto_cdc_flow`, and `apply_changes`, its older name.

Parameters: https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref-apply-changes, and for their order the
package databricks-dlt 0.3.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.api.arguments import refuse_others
from local_runner.pipeline.auto_cdc import ALL, NONE, Changes, Columns
from local_runner.pipeline.definitions import Flow, caller, current_definitions
from local_runner.pipeline.reading import current_reader


def create_auto_cdc_flow(
    target: str,
    source: str,
    keys: list[Any],
    sequence_by: Any,
    where: Any = None,
    ignore_null_updates: bool | None = None,
    apply_as_deletes: Any = None,
    apply_as_truncates: Any = None,
    column_list: list[Any] | None = None,
    except_column_list: list[Any] | None = None,
    stored_as_scd_type: int | str | None = None,
    track_history_column_list: list[Any] | None = None,
    track_history_except_column_list: list[Any] | None = None,
    flow_name: str | None = None,
    once: bool = False,
    ignore_null_updates_column_list: list[Any] | None = None,
    ignore_null_updates_except_column_list: list[Any] | None = None,
    *,
    name: str | None = None,
    spark_conf: Mapping[str, str] | None = None,
    comment: str | None = None,
    **others: Any,
) -> None:
    """Apply the change events of `source` to the streaming table `target`."""
    location = caller()
    refuse_others("create_auto_cdc_flow", {"where": where, **others}, location)
    filled = _columns(
        "ignore_null_updates", ignore_null_updates_column_list, ignore_null_updates_except_column_list, location
    )
    changes = Changes(
        keys=tuple(keys) if isinstance(keys, list | tuple) else (),
        sequence_by=sequence_by,
        scd_type=_scd_type(stored_as_scd_type, location),
        apply_as_deletes=apply_as_deletes,
        apply_as_truncates=apply_as_truncates,
        columns=_columns("", column_list, except_column_list, location),
        tracked=_columns("track_history", track_history_column_list, track_history_except_column_list, location),
        filled=ALL if ignore_null_updates else NONE if filled == ALL else filled,
    )
    add_auto_cdc_flow(target, source, changes, location, name=name or flow_name, once=once, spark_conf=spark_conf)


def add_auto_cdc_flow(
    target: str,
    source: str,
    changes: Changes,
    location: Location,
    name: str | None = None,
    once: bool = False,
    spark_conf: Mapping[str, str] | None = None,
) -> None:
    """Record a flow that applies `changes`, read from `source`, to `target`. Raises Failure where they make no sense."""
    if not changes.keys:
        raise fail(f"the changes of {target} have no keys", "Give keys=, a list of columns", location)
    if changes.scd_type == 2 and changes.apply_as_truncates is not None:
        raise fail("apply_as_truncates works with SCD type 1 alone", "Take one of the two out", location)
    if changes.scd_type == 1 and changes.tracked != ALL:
        raise fail("only SCD type 2 keeps a history to track", "Take the track_history list out", location)
    definitions = current_definitions()
    table = definitions.name(target)
    query = _source(source, once)
    definitions.add_flow(Flow(name or table.table, table, query, location, dict(spark_conf or {}), once, changes))


def _source(source: str, once: bool) -> Callable[[], Any]:
    def read() -> Any:
        reader = current_reader()
        return reader.batch(source) if once else reader.stream(source)

    return read


def _columns(prefix: str, only: list[Any] | None, besides: list[Any] | None, location: Location) -> Columns:
    """A pair of arguments, `…column_list` and `…except_column_list`, of which one may be given."""
    if only and besides:
        names = [f"{prefix}_{part}".strip("_") for part in ("column_list", "except_column_list")]
        raise fail(f"{names[0]} and {names[1]} exclude each other", "Take one of the two out", location)
    return Columns(tuple(only) if only else None, tuple(besides or ()))


def _scd_type(given: int | str | None, location: Location) -> int:
    if str(given or 1) not in ("1", "2"):
        raise fail(f"stored_as_scd_type is {given!r}", "There are the types 1 and 2", location)
    return int(given or 1)
