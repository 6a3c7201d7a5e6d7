"""Times as instants."""

from pyspark.sql import Column
from pyspark.sql import functions as F


def instant(text: str) -> Column:
    """The column `text`, ISO 8601, as a timestamp.

    Null where it names no offset: then it would depend on the session's time zone.
    """
    return F.try_to_timestamp(F.col(text), F.lit("yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX"))
