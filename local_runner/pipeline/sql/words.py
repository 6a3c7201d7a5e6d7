"""The words that SQL statements of Databricks start with: any other is a slip, not what local runs do not do.

Source: https://docs.databricks.com/aws/en/sql/language-manual/ (its list of statements).
"""

from difflib import get_close_matches

from local_runner.diagnostics import Failure, Location, did_you_mean, fail, not_supported

_STATEMENTS = frozenset(
    """
    ADD ALTER ANALYZE APPLY AUTO BEGIN CACHE CALL CLEAR COMMENT CONVERT COPY CREATE DECLARE DELETE DENY DESC DESCRIBE DROP
    EXECUTE EXPLAIN FSCK GET GRANT INSERT LIST LOAD MERGE MSCK OPTIMIZE PUT REFRESH REMOVE REORG REPAIR REPLACE RESET RESTORE
    REVOKE SET SHOW SYNC TRUNCATE UNCACHE UNDROP UNSET UPDATE USE VACUUM
    """.split()  # noqa: SIM905 - a word a line would fill a page
)
_QUERIES = frozenset({"FROM", "MAP", "REDUCE", "SELECT", "TABLE", "VALUES", "WITH"})
_CREATED = frozenset(
    """
    AGGREGATE BLOOMFILTER CATALOG CONNECTION CREDENTIAL DATABASE EXTERNAL FLOW FOREIGN FUNCTION GLOBAL GROUP
    INCREMENTAL INDEX LIVE LOCATION MATERIALIZED METRIC POLICY PRIVATE PROCEDURE RECIPIENT SCHEMA SERVER SERVICE SHARE SINK
    STORAGE STREAMING TABLE TEMP TEMPORARY USER VARIABLE VECTOR VIEW VOLUME
    """.split()  # noqa: SIM905 - a word a line would fill a page
)
_CLAUSES = frozenset({"AS", "CLUSTER", "COMMENT", "DEFAULT", "FLOW", "PARTITIONED", "REFRESH", "TBLPROPERTIES", "USING"})
_DEFINES = "It may CREATE streaming tables, materialized views, temporary views and flows, SET, and USE"


def refused_statement(words: str, location: Location) -> Failure:
    """The failure of a statement that starts with `words`: no part of a pipeline here, or no SQL at all."""
    first = words.upper().partition(" ")[0]
    if first in _STATEMENTS:
        return not_supported(f"{words.upper()} is not supported in a pipeline's SQL in local runs", _DEFINES, location)
    return fail(f"no SQL statement starts with '{words}'", did_you_mean(first, _STATEMENTS | _QUERIES, _DEFINES), location)


def refused_creation(word: str, location: Location) -> Failure:
    """The failure of a statement that CREATEs `word`, and no dataset."""
    if word.upper() in _CREATED:
        return refused_statement(f"CREATE {word}", location)
    return fail(f"'{word}' is not expected after CREATE", did_you_mean(word.upper(), _CREATED, _DEFINES), location)


def refused_clause(words: str, location: Location) -> Failure:
    """The failure of a clause of a dataset that starts with `words`, which is not known here."""
    first, *others = words.upper().split()
    if first in _QUERIES and others[1:] in ([], ["AS"]):
        return fail(f"AS is expected here, not '{words}'", "Write AS before the query", location)
    if close := get_close_matches(first, _CLAUSES, n=1, cutoff=0.8):
        return fail(f"no clause starts with '{words}'", f"Did you mean {close[0]}?", location)
    return not_supported(f"{words.upper()} is not supported in local runs", "Take the clause out", location)
