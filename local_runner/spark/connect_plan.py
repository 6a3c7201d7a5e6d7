"""The one module that builds on Spark Connect's own plan classes."""

from collections.abc import Mapping
from typing import Any


def query_over(spark: Any, text: str, tables: dict[str, Any], args: Any = None) -> Any:
    """The query `text` as a DataFrame in which each name of `tables` stands for that DataFrame.

    `spark.sql(text, name=frame)` does the same with names that it chooses itself. `args` are the query's parameters, a
    dict or a list.
    """
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.functions import lit
    from pyspark.sql.connect.plan import SQL, SubqueryAlias

    class Query(SQL):
        """Hands on what is observed in the tables, which `SQL` does not."""

        @property
        def observations(self) -> dict[str, Any]:
            return {name: one for frame in tables.values() for name, one in frame._plan.observations.items()}

    named = {key: lit(value) for key, value in args.items()} if isinstance(args, dict) else {}
    positional = [lit(value) for value in args] if isinstance(args, list) else []
    views = [SubqueryAlias(frame._plan, name) for name, frame in tables.items()]
    return DataFrame(Query(text, positional, named, views), spark)


def formatted(spark: Any, text: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The query `text` with its `{name}`s filled in from `values`, and the DataFrames among these, by the name they got."""
    from pyspark.sql.connect.sql_formatter import SQLStringFormatter

    if not values:
        return text, {}
    formatter = SQLStringFormatter(spark)
    query = formatter.format(text, **values)
    return query, {name: frame for frame, name in formatter._temp_views}


def with_conf(frame: Any, conf: dict[str, str]) -> Any:
    """`frame` in a session of its own that has `conf` besides its present settings."""
    from pyspark.sql.connect.dataframe import DataFrame

    if not conf:
        return frame
    session = frame.sparkSession.cloneSession()
    session.client.set_retry_policies(frame.sparkSession.client.get_retry_policies())
    for key, value in conf.items():
        session.conf.set(key, value)
    return DataFrame(frame._plan, session)


def plan_id(frame: Any) -> int:
    """The number by which the plans that are built on `frame` know it."""
    return frame._plan._root_plan_id


def plan_ids(frame: Any) -> set[int]:
    """The numbers of the frames that `frame` is built on, its own among them."""
    from google.protobuf.message import Message

    found, messages = set(), [frame._plan.to_proto(frame.sparkSession.client)]
    while messages:
        for field, value in messages.pop().ListFields():
            if field.name == "plan_id":
                found.add(value)
            elif isinstance(value, Message):
                messages.append(value)
            elif field.message_type:
                parts = value.values() if isinstance(value, Mapping) else value
                messages += [part for part in parts if isinstance(part, Message)]
    return found


def activate(spark: Any) -> None:
    """Make `spark` this thread's active session, as it is in the thread that made it."""
    type(spark)._active_session.session = spark


def observed(progress: Any) -> dict[str, dict[str, int]]:
    """A streaming batch's observed metrics: name -> metric -> value.

    Connect 4.3 hands each set over as a Row of its `values` and their `schema`, not as a Row of the metrics.
    """
    return {
        name: dict(zip((column["name"] for column in row["schema"]["fields"]), row["values"], strict=True))
        for name, row in progress.observedMetrics.items()
    }
