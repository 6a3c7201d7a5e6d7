"""What Spark says when something goes wrong."""

import re

from local_runner.diagnostics import Location

_NOT_SET = re.compile(r'\[SQL_CONF_NOT_FOUND\] The SQL config "([^"]+)"')
# What comes after the state is a picture of the query's plan, or the whole query once more.
_SAID = re.compile(r".*?SQLSTATE: \w+(?:; line \d+ pos \d+| \(line \d+, pos \d+\))?", re.DOTALL)


def words(error: BaseException) -> str:
    """The error's message without its Java stack, and without the plan of the query that it may end with."""
    message = str(error).split("\n\nJVM stacktrace:")[0].strip()
    said = _SAID.match(message)
    return said[0] if said else message


def places(error: BaseException) -> list[Location]:
    """Where the Python code stands that made the columns and DataFrames which Spark's `error` is about."""
    from pyspark.errors import PySparkException
    from pyspark.errors.exceptions.base import QueryContextType

    contexts = (error.getQueryContext() or []) if isinstance(error, PySparkException) else []
    sites = [
        site.rpartition(":")
        for context in contexts
        if context.contextType() is QueryContextType.DataFrame
        for site in context.callSite().splitlines()
    ]
    return [Location(file, int(line)) for file, _, line in sites if line.isdecimal()]


def missing_setting(error: BaseException) -> str | None:
    """The key that `spark.conf.get` was asked for in vain, where that is the `error`."""
    found = _NOT_SET.search(str(error))
    return found[1] if found else None


def names_in(error: BaseException) -> list[str]:
    """The names, such as a column's, that Spark's `error` says are unknown or wrong: of each the last part."""
    from pyspark.errors import PySparkException

    said = (error.getMessageParameters() or {}) if isinstance(error, PySparkException) else {}
    values = [said[key] for key in ("objectName", "name", "routineName", "fieldName") if key in said]
    return [value.split(".")[-1].strip("`\"'") for value in values]
