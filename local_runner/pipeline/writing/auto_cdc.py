"""Auto CDC: a table that is what its change events add up to, whatever order they come in.

An event says what became of one key (upsert or delete) or of the whole table (truncate), and has a sequence that orders
it. SCD type 1 keeps each key's last state; type 2 keeps every state with the sequences between which it held.
What Databricks does: https://docs.databricks.com/aws/en/ldp/cdc
"""

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from local_runner.diagnostics import Location, fail
from local_runner.pipeline.changes import Changes, Columns
from local_runner.pipeline.definitions import Expectation
from local_runner.pipeline.expectations import as_column, refusing

SEQUENCE, OPERATION = "__change_sequence", "__change_operation"
START, END = "__START_AT", "__END_AT"
# The operation of an event that changes nothing: it says that there was a snapshot of its sequence.
MARK = "mark"


@dataclass(frozen=True)
class Rules:
    """How events become rows, by the names that the events have. `columns` are the target's."""

    keys: list[str]
    columns: list[str]
    scd_type: int
    tracked: Columns
    filled: Columns

    def agree_with(self, other: "Rules") -> bool:
        """Whether flows with these rules can feed one target: a column that one lacks would be made null by its events."""
        lacking = set(self.columns) ^ set(other.columns)
        return replace(self, columns=other.columns) == other and self.filled.among(lacking) == list(lacking)


def as_events(frame: Any, changes: Changes, location: Location) -> tuple[Any, Rules]:
    """The rows of a flow's source as events: the target's columns, SEQUENCE and OPERATION; and the target's rules.

    An event without a key or a sequence fails when it is read. Raises Failure where a column is not there.
    """
    from pyspark.sql import functions as F

    def named(columns: tuple[Any, ...]) -> tuple[str, ...]:
        return tuple(_names(frame, columns, location))

    def resolved(columns: Columns) -> Columns:
        return Columns(None if columns.only is None else named(columns.only), named(columns.besides))

    keys, kept = list(named(changes.keys)), resolved(changes.columns).among(frame.columns)
    rules = Rules(keys, kept, changes.scd_type, resolved(changes.tracked), resolved(changes.filled))
    if missing := [name for name in (*keys, *(rules.tracked.only or ())) if name not in kept]:
        raise fail(f"{missing[0]} is not among the target's columns", "Add it to column_list", location)
    if taken := [name for name in kept if _is_reserved(name)]:
        remedy = f"Leave it out: except_column_list=['{taken[0]}']"
        raise fail(f"Auto CDC makes the column {taken[0]} itself", remedy, location)
    operation = (
        F.when(as_column(_or_never(changes.apply_as_truncates)), F.lit("truncate"))
        .when(as_column(_or_never(changes.apply_as_deletes)), F.lit("delete"))
        .otherwise(F.lit("upsert"))
    )
    events = frame.select(*map(_column, kept), as_column(changes.sequence_by).alias(SEQUENCE), operation.alias(OPERATION))
    events = events.filter(refusing(F.col(SEQUENCE).isNotNull(), "a change has no sequence"))
    has_key = reduce(lambda one, other: one & other, (_column(key).isNotNull() for key in keys))
    return events.filter(refusing(has_key | (F.col(OPERATION) == "truncate"), "a change has no key")), rules


def on_upserts(expectations: list[Expectation]) -> list[Expectation]:
    """The rules for events: a delete's or truncate's other columns say nothing."""
    from pyspark.sql import functions as F

    other = F.col(OPERATION) != "upsert" if expectations else None
    return [Expectation(rule.name, other | as_column(rule.condition), rule.action) for rule in expectations]


def current_rows(events: Any, rules: Rules) -> Any:
    """The target's rows, from all `events` there have been."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    columns = [name for name in events.columns if name not in (SEQUENCE, OPERATION)]
    by_key = Window.partitionBy(*map(_column, rules.keys)).orderBy(SEQUENCE)
    states = _filled(_one_a_sequence(_effective(events, rules.scd_type), columns, rules), columns, rules)
    is_upsert = F.col(OPERATION) == "upsert"
    if rules.scd_type == 1:
        last = states.withColumn(END, F.lead(SEQUENCE).over(by_key))
        return last.where(is_upsert & F.col(END).isNull()).select(*map(_column, columns))
    tracked = [name for name in rules.tracked.among(columns) if name not in rules.keys]
    same = [_column(name).eqNullSafe(F.lag(_column(name)).over(by_key)) for name in tracked]
    follows = is_upsert & F.lag(is_upsert, 1, False).over(by_key)
    opens = ~reduce(lambda one, other: one & other, same, follows)
    up_to_here = by_key.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return (
        states.withColumn("__change_opens", opens)
        .withColumn(START, F.last(F.when(F.col("__change_opens"), F.col(SEQUENCE)), ignorenulls=True).over(up_to_here))
        .withColumn(END, F.lead(SEQUENCE).over(by_key))
        # Of the upserts that share a row, the last gives its untracked columns.
        .withColumn("__change_closes", F.lead("__change_opens", 1, True).over(by_key))
        .where(is_upsert & F.col("__change_closes"))
        .select(*map(_column, columns), START, END)
    )


def _is_reserved(name: str) -> bool:
    return name.lower().startswith("__change_") or name.lower() in (START.lower(), END.lower())


def _effective(events: Any, scd_type: int) -> Any:
    """The upserts and deletes that no truncate has made void; SCD type 2 has no truncates."""
    from pyspark.sql import functions as F

    kept = events.where(F.col(OPERATION).isin("upsert", "delete"))
    if scd_type == 2:
        return kept
    last = events.where(F.col(OPERATION) == "truncate").agg(F.max(SEQUENCE).alias("__change_truncated"))
    later = F.col("__change_truncated").isNull() | (F.col(SEQUENCE) > F.col("__change_truncated"))
    return kept.crossJoin(last).where(later).drop("__change_truncated")


def _one_a_sequence(events: Any, columns: list[str], rules: Rules) -> Any:
    """One event for each key and sequence. Databricks leaves open which; here the choice depends on the events alone.

    A delete goes before an upsert, and of two upserts the one whose values, as text, are the greater.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    values = F.struct(*map(_column, columns)).cast("string")
    # Partitioned and ordered as the windows after it want: Spark moves and sorts the events once.
    in_order = Window.partitionBy(*map(_column, rules.keys)).orderBy(SEQUENCE, OPERATION, values.desc())
    first = ~F.col(SEQUENCE).eqNullSafe(F.lag(SEQUENCE).over(in_order))
    return events.withColumn("__change_first", first).where("__change_first").drop("__change_first")


def _filled(events: Any, columns: list[str], rules: Rules) -> Any:
    """The events with each null of a filled column replaced by the key's value before it, back to its last delete."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    filled = [name for name in rules.filled.among(columns) if name not in rules.keys]
    if not filled:
        return events
    keys = list(map(_column, rules.keys))
    upsert = F.col(OPERATION) == "upsert"
    life = F.count_if(~upsert).over(Window.partitionBy(*keys).orderBy(SEQUENCE))
    so_far = Window.partitionBy(*keys, "__change_life").orderBy(SEQUENCE)

    def latest(value: Any, data_type: Any) -> Any:
        last = F.last(F.when(upsert, value), ignorenulls=True).over(so_far)
        if data_type.typeName() != "struct":
            return last
        fields = [latest(value.getField(field.name), field.dataType).alias(field.name) for field in data_type]
        return F.when(last.isNotNull(), F.struct(*fields))

    types = {field.name: field.dataType for field in events.schema}
    values = {name: latest(_column(name), types[name]) for name in filled}
    return events.withColumn("__change_life", life).withColumns(values).drop("__change_life")


def _names(frame: Any, columns: tuple[Any, ...], location: Location) -> list[str]:
    """The names of `columns` as `frame` has them."""
    known = {name.lower(): name for name in frame.columns}
    found = []
    for column in columns:
        name = column.strip("`") if isinstance(column, str) else frame.select(column).columns[0]
        if name.lower() not in known:
            raise fail(f"the source has no column {name}", f"It has: {', '.join(frame.columns)}", location)
        found.append(known[name.lower()])
    return found


def _or_never(condition: Any) -> Any:
    return "false" if condition is None else condition


def _column(name: str) -> Any:
    from pyspark.sql import functions as F

    return F.col(f"`{name.replace('`', '``')}`")
