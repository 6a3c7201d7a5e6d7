"""`sql`: run a query on Spark over the tables that local runs have made, and over fixtures."""

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from local_runner.commands.arguments import add_bundle, add_output
from local_runner.commands.lookup import made_table, notes
from local_runner.diagnostics import Diagnostic, Failure, fail, print_diagnostics
from local_runner.pipeline.reading import FlowState, StoredTables
from local_runner.spark.errors import words
from local_runner.tables import TableName, TableStore
from local_runner.tables.name import named, split_identifier

if TYPE_CHECKING:
    from local_runner.bundle import ResolvedBundle

ROWS_SHOWN = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", help="a query; a table's name has three parts, or the last ones where no other ends so")
    add_bundle(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from local_runner.bundle import resolve
    from local_runner.pipeline.sql.text import check_query
    from local_runner.reach import errors_reaching
    from local_runner.spark import begin_import, connect, end_run
    from local_runner.tables.rows import as_rows
    from local_runner.terminal import counted, print_json_lines, print_table

    begin_import()
    described = _described_table(arguments.query)
    if described is None:
        check_query(arguments.query)
    bundle = resolve(arguments.bundle, arguments.target)
    if errors := errors_reaching(bundle, []):
        raise Failure(*errors)
    as_json = arguments.output == "json"
    try:
        spark = connect(bundle.root)
        tables = _Named(spark, bundle)
        if described is None:
            table = _result(arguments.query, tables, None if as_json else ROWS_SHOWN + 1)
        else:
            table = _columns(described, tables)
        spark.stop()
    finally:
        end_run(bundle.root)
    print_diagnostics(tables.notes)
    if as_json:
        print_json_lines(row for batch in table.to_batches() for row in as_rows(batch))
    else:
        more = f"The first {ROWS_SHOWN} rows" if table.num_rows > ROWS_SHOWN else counted(table.num_rows)
        print_table(more, table.column_names, as_rows(table.slice(0, ROWS_SHOWN)))
    return 0


def _described_table(text: str) -> str | None:
    """The table whose columns are asked for (`DESCRIBE t`); None where `text` is a query.

    Raises Failure where it is several statements, or none.
    """
    from local_runner.pipeline.sql.tokens import split_statements, tokenise

    statements = list(split_statements(tokenise(text, "")))
    if not statements:
        raise fail("there is no query", 'Write one: just sql "select * from …"')
    if len(statements) > 1:
        raise fail(f"these are {len(statements)} statements", "Run them one by one")
    words = [token.text.upper() for token in statements[0]]
    if words[0] == "SHOW":
        remedy = '`just tables` lists the tables, and `just sql "describe t"` the columns of one'
        raise fail(f"{' '.join(words[:2])} is not supported", remedy)
    if words[0] not in ("DESCRIBE", "DESC"):
        return None
    after = next((index for index, word in enumerate(words) if index and word not in ("TABLE", "EXTENDED")), None)
    if after is None:
        raise fail(f"{words[0]} of which table?", f"Name it: {words[0]} t")
    return text[statements[0][after].start : statements[0][-1].end]


def _columns(table: str, tables: "_Named") -> Any:
    """The columns of `table` as Spark's DESCRIBE gives them, as an Arrow table."""
    import pyarrow as pa

    columns = tables.batch(table).schema
    return pa.table(
        {
            "col_name": [column.name for column in columns],
            "data_type": [column.dataType.simpleString() for column in columns],
            "comment": [column.metadata.get("comment") for column in columns],
        }
    )


def _result(query: str, tables: "_Named", limit: int | None) -> Any:
    """The first `limit` rows of `query` (all where None) as an Arrow table."""
    from pyspark.errors import PySparkException

    from local_runner.pipeline.reading import reading_with
    from local_runner.pipeline.shims import shims
    from local_runner.tables.volumes import Volumes

    with shims(tables.spark, Volumes(tables.store.state, tables.fixtures)), reading_with(tables):
        try:
            frame = tables.spark.sql(query)
            twice = [name for name, number in Counter(frame.columns).items() if number > 1]
            if twice:
                raise fail(f"{twice[0]} is the name of two columns", "Give one another name, with AS")
            return (frame if limit is None else frame.limit(limit)).toArrow()
        except PySparkException as error:
            raise fail("this query does not work", "Mend it", detail=words(error)) from error


class _Named:
    """The reader for names that need not be whole: what runs have made comes first, then fixtures.

    `notes` are what a person should know of the tables that have been read.
    """

    has_rows = True

    def __init__(self, spark: Any, bundle: "ResolvedBundle") -> None:
        from local_runner.pipeline.spec import fixtures_of

        self.state = FlowState()
        self.spark = spark
        self.store = TableStore(bundle.root / ".local" / bundle.target)
        self.fixtures = fixtures_of(bundle)
        self._bundle = bundle
        self._stored = StoredTables(spark, self.store, self.fixtures)
        self._notes: dict[Diagnostic, None] = {}

    @property
    def notes(self) -> list[Diagnostic]:
        return list(self._notes)

    def batch(self, name: str) -> Any:
        """The rows of the table `name`. Raises Failure where there is none, or where there are several."""
        if entry := made_table(name, self.store, lambda: self._bundle):
            self._notes |= dict.fromkeys(notes(name, entry, self.store))
            return self._stored.batch(entry.name)
        parts = split_identifier(name)
        if len(parts) == 3:
            return self._stored.batch(TableName.of_parts(parts, "", ""))
        return self._stored.batch(named(name, [*(entry.name for entry in self.store.all()), *self.fixtures.tables()]))

    def stream(self, name: str) -> Any:
        raise fail(f"STREAM {name} has no end: it cannot be shown", "Leave STREAM out")
