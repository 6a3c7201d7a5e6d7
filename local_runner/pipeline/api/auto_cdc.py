"""`create_auto_cdc_flow`, `create_auto_cdc_from_snapshot_flow`, and `apply_changes…`, their older names.

Parameters: https://docs.databricks.com/aws/en/ldp/developer/ldp-python-ref-apply-changes and
…-apply-changes-from-snapshot; for their order, the package databricks-dlt 0.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.api.refusals import refuse_others
from local_runner.pipeline.changes import ALL, NONE, Changes, Columns
from local_runner.pipeline.definitions import Flow, caller, current_definitions
from local_runner.pipeline.reading import current_reader
from local_runner.pipeline.writing.auto_cdc import SEQUENCE
from local_runner.pipeline.writing.snapshots import Snapshots
from local_runner.tables import TableName

# The order of the arguments, where they have no names.
_ORDER = (
    "target",
    "source",
    "keys",
    "sequence_by",
    "where",
    "ignore_null_updates",
    "apply_as_deletes",
    "apply_as_truncates",
    "column_list",
    "except_column_list",
    "stored_as_scd_type",
    "track_history_column_list",
    "track_history_except_column_list",
    "name",
    "once",
    "ignore_null_updates_column_list",
    "ignore_null_updates_except_column_list",
)
AUTO_CDC_ARGUMENTS = {*_ORDER, "flow_name", "spark_conf", "comment"} - {"where"}


def create_auto_cdc_flow(*values: Any, **named: Any) -> None:
    """Apply the change events of `source` to the streaming table `target`; arguments as `auto_cdc_flow` has them."""
    location, definitions = caller(), current_definitions()
    given = dict(zip(_ORDER, values, strict=False)) | named
    if "flow_name" in given:
        given["name"] = given.pop("flow_name")
    if missing := [name for name in ("target", "source", "keys", "sequence_by") if given.get(name) is None]:
        raise fail(f"create_auto_cdc_flow has no {missing[0]}", f"Give {missing[0]}=", location)
    definitions.add_flow(auto_cdc_flow(definitions.name(given.pop("target")), location, **given))


def auto_cdc_flow(
    target: TableName,
    location: Location,
    *,
    source: str,
    keys: list[Any],
    sequence_by: Any,
    stored_as_scd_type: int | str | None = None,
    apply_as_deletes: Any = None,
    apply_as_truncates: Any = None,
    column_list: list[Any] | None = None,
    except_column_list: list[Any] | None = None,
    track_history_column_list: list[Any] | None = None,
    track_history_except_column_list: list[Any] | None = None,
    ignore_null_updates: bool | None = None,
    ignore_null_updates_column_list: list[Any] | None = None,
    ignore_null_updates_except_column_list: list[Any] | None = None,
    name: str | None = None,
    once: bool = False,
    spark_conf: Mapping[str, str] | None = None,
    comment: str | None = None,
    **others: Any,
) -> Flow:
    """A flow that applies changes. Columns are names or Spark Columns, conditions and `sequence_by` SQL or Columns.

    Raises Failure where the arguments make no sense together.
    """
    refuse_others("create_auto_cdc_flow", others, location)
    columns = _columns(location, column_list=column_list, except_column_list=except_column_list)
    tracked = _columns(
        location,
        track_history_column_list=track_history_column_list,
        track_history_except_column_list=track_history_except_column_list,
    )
    filled = _columns(
        location,
        ignore_null_updates_column_list=ignore_null_updates_column_list,
        ignore_null_updates_except_column_list=ignore_null_updates_except_column_list,
    )
    if not keys or isinstance(keys, str):
        raise fail(f"the changes of {target.table} have no keys", "Give keys=, a list of columns", location)
    if str(stored_as_scd_type or 1) not in ("1", "2"):
        raise fail(f"stored_as_scd_type is {stored_as_scd_type!r}", "There are the types 1 and 2", location)
    scd_type = int(stored_as_scd_type or 1)
    if scd_type == 2 and apply_as_truncates is not None:
        raise fail("apply_as_truncates works with SCD type 1 alone", "Take one of the two out", location)
    if scd_type == 1 and tracked:
        raise fail("only SCD type 2 keeps a history to track", "Take the track_history list out", location)
    changes = Changes(
        keys=tuple(keys),
        sequence_by=sequence_by,
        scd_type=scd_type,
        apply_as_deletes=apply_as_deletes,
        apply_as_truncates=apply_as_truncates,
        columns=columns or ALL,
        tracked=tracked or ALL,
        filled=ALL if ignore_null_updates else filled or NONE,
    )
    return Flow(name or target.table, target, _source(source, once), location, dict(spark_conf or {}), once, changes)


def create_auto_cdc_from_snapshot_flow(
    target: str,
    source: Any = None,
    keys: list[Any] | None = None,
    stored_as_scd_type: int | str | None = None,
    snapshot_and_version: Callable[[Any], Any] | None = None,
    track_history_column_list: list[Any] | None = None,
    track_history_except_column_list: list[Any] | None = None,
    **others: Any,
) -> None:
    """Apply what changes between snapshots to the streaming table `target`.

    `source` is a table or view, of which each run takes a snapshot, or a function: from the version of the last snapshot,
    None at first, to the next one and its version, or None.
    """
    location, definitions = caller(), current_definitions()
    refuse_others("create_auto_cdc_from_snapshot_flow", {"once": others.pop("once", None)}, location)
    source = source or snapshot_and_version
    if source is None:
        raise fail("create_auto_cdc_from_snapshot_flow has no source", "Give source=, a table or a function", location)
    flow = auto_cdc_flow(
        definitions.name(target),
        location,
        source="",
        keys=keys or [],
        sequence_by=SEQUENCE,
        stored_as_scd_type=stored_as_scd_type,
        except_column_list=[SEQUENCE],
        track_history_column_list=track_history_column_list,
        track_history_except_column_list=track_history_except_column_list,
        **others,
    )
    snapshots = Snapshots(source, periodic=False) if callable(source) else Snapshots(_present(source), periodic=True)
    definitions.add_flow(replace(flow, query=snapshots.columns, changes=replace(flow.changes, snapshots=snapshots)))


def _present(source: str) -> Callable[[Any], Any]:
    def read(_: Any) -> Any:
        return current_reader().batch(source), datetime.now()

    return read


def _source(source: str, once: bool) -> Callable[[], Any]:
    def read() -> Any:
        reader = current_reader()
        return reader.batch(source) if once else reader.stream(source)

    return read


def _columns(location: Location, **lists: list[Any] | None) -> Columns | None:
    """A list of columns and a list of exceptions, of which one may be given; None where neither is."""
    (first, only), (second, besides) = lists.items()
    if only and besides:
        raise fail(f"{first} and {second} exclude each other", "Take one of the two out", location)
    return Columns(tuple(only) if only else None, tuple(besides or ())) if only or besides else None
