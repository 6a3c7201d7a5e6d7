"""What Databricks has and open-source Spark lacks, put in place while one pipeline runs and taken away after it.

| what a source file says                  | what answers                                         |
|------------------------------------------|------------------------------------------------------|
| `from pyspark import pipelines`, `dlt`   | api/, which records                                  |
| `spark.read.table`, `spark.table`        | the active TableReader (reading.py)                  |
| `spark.readStream.table`                 | the same, as a stream                                |
| `spark.sql("select …")`                  | the same for each table it names (sql_text.py)       |
| `read_files(…)` in it                    | Auto Loader (auto_loader/)                              |
| `/Volumes/…` and `dbfs:/…` in a reader   | a file system over folders here (tables/volumes.py)  |
| `from pyspark.dbutils import DBUtils`    | the `dbutils` of the source files (dbutils/)         |
| `frame.cache()`, `frame.persist()`       | the frame: the server would keep it for later runs   |
| `frame.write`, `spark.catalog`, …        | a refusal, where a source file says it (refusals.py) |
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

from local_runner.diagnostics import Failure
from local_runner.pipeline import api
from local_runner.pipeline.api.refusals import EFFECTS, unsupported_effect, unsupported_name
from local_runner.pipeline.auto_loader import AutoLoader
from local_runner.pipeline.definitions import caller, is_source
from local_runner.pipeline.reading import FOREVER, FlowState, TableReader, current_reader
from local_runner.pipeline.sql.read_files import load_call
from local_runner.pipeline.sql.text import TableRef, refuse_in_pipelines, table_refs, with_aliases
from local_runner.pipeline.table_options import refuse_table_options
from local_runner.spark.connect_plan import formatted, query_over
from local_runner.tables.name import join_identifier
from local_runner.tables.volumes import Volumes

_MISSING = object()
_PARAMETER = re.compile(r"\$\{([\w.-]+)\}")
_FILE_FORMATS = {"csv", "json", "orc", "parquet", "text", "avro", "binaryfile", "xml"}


@contextmanager
def shims(spark: Any, volumes: Volumes, dbutils: Any = None) -> Iterator[None]:
    """Everything in the table above, until the block ends, however it ends; dbfs:/ paths in the session `spark`."""
    import pyspark
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.group import GroupedData
    from pyspark.sql.connect.readwriter import DataFrameReader
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.connect.streaming.readwriter import DataStreamReader

    # A VARIANT is stored whole, in the same way in each file of a table.
    for name, value in {**volumes.spark_settings(), "spark.sql.variant.inferShreddingSchema": "false"}.items():
        spark.conf.set(name, value)
    loader = AutoLoader(volumes)
    pipelines = _module("pyspark.pipelines", api.PIPELINES)
    with ExitStack() as stack:

        def put(owner: Any, name: str, value: Any) -> None:
            stack.enter_context(_patched(owner, name, value))

        stack.enter_context(_patched_module("pyspark.pipelines", pipelines))
        stack.enter_context(_patched_module("dlt", _module("dlt", api.DLT)))
        stack.enter_context(_patched_module("pyspark.dbutils", _module("pyspark.dbutils", {"DBUtils": lambda *_: dbutils})))
        put(pyspark, "pipelines", pipelines)
        put(DataFrameReader, "table", _read_table(DataFrameReader.table))
        put(SparkSession, "table", _read_table(SparkSession.table))
        put(DataStreamReader, "table", _stream_table(DataStreamReader.table))
        put(SparkSession, "sql", _sql(SparkSession.sql, loader))
        put(DataFrameReader, "load", _load(DataFrameReader.load, volumes))
        put(DataStreamReader, "load", _stream_load(DataStreamReader.load, volumes, loader))
        for name in ("cache", "persist", "unpersist"):
            put(DataFrame, name, lambda self, *_, **__: self)
        for owner in (DataFrame, GroupedData, SparkSession):
            for name in (name for other, name in EFFECTS if other == owner.__name__ and hasattr(owner, name)):
                put(owner, name, _refused_in_sources(owner, name))
        yield


def _module(name: str, functions: Mapping[str, Callable[..., Any]]) -> ModuleType:
    """A module of these functions; asking for any other name is refused by that name."""
    module = ModuleType(name, api.__doc__)
    module.__dict__.update(functions)

    def refuse(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise Failure(unsupported_name(name, attribute, caller(), functions))

    module.__dict__["__getattr__"] = refuse
    return module


@contextmanager
def _patched(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = owner.__dict__.get(name, _MISSING)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextmanager
def _patched_module(name: str, module: ModuleType) -> Iterator[None]:
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before


def _refused_in_sources(owner: type, name: str) -> property:
    """The property or method `name`, refused where a source file asks for it: what pyspark and the runner do is theirs."""
    original = getattr(owner, name)

    def ask(self: Any) -> Any:
        if current_reader() and is_source(sys._getframe(1).f_code.co_filename):
            raise Failure(unsupported_effect(owner.__name__, name, caller()))
        return original.__get__(self) if isinstance(original, property) else original.__get__(self, owner)

    return property(ask)


def _read_table(original: Callable[..., Any]) -> Callable[..., Any]:
    def table(self: Any, tableName: str) -> Any:
        refuse_table_options(getattr(self, "_options", ()))
        reader = current_reader()
        return reader.batch(tableName) if reader else original(self, tableName)

    return table


def _stream_table(original: Callable[..., Any]) -> Callable[..., Any]:
    def table(self: Any, tableName: str) -> Any:
        refuse_table_options(self._options)
        reader = current_reader()
        return reader.stream(tableName) if reader else original(self, tableName)

    return table


def _sql(original: Callable[..., Any], loader: AutoLoader) -> Callable[..., Any]:
    def sql(self: Any, sqlQuery: str, args: Any = None, **kwargs: Any) -> Any:
        reader = current_reader()
        if reader is None:
            return original(self, sqlQuery, args, **kwargs)
        query = _PARAMETER.sub(lambda match: self.conf.get(match[1], match[0]), sqlQuery)
        query, given = formatted(self, query, kwargs)
        try:
            if is_source(sys._getframe(1).f_code.co_filename):
                refuse_in_pipelines(query)
            refs = [ref for ref in table_refs(query) if ref.parts[0] not in given]
        except Failure as failure:
            raise Failure(*(replace(problem, location=caller()) for problem in failure.diagnostics)) from None
        text, names = with_aliases(query, refs)
        tables = {name: _rows(self, ref, reader, loader) for ref, name in zip(refs, names, strict=True)}
        return query_over(self, text, tables | given, args)

    return sql


def _rows(spark: Any, ref: TableRef, reader: TableReader, loader: AutoLoader) -> Any:
    if ref.files:
        return load_call(spark, ref.files, loader, reader.state)
    if len(ref.parts) == 2 and ref.parts[0].lower() in _FILE_FORMATS and "/" in ref.parts[1]:
        files = spark.readStream if ref.streaming else spark.read
        return files.format(ref.parts[0]).load(ref.parts[1])
    table = join_identifier(ref.parts)
    return reader.stream(table) if ref.streaming else reader.batch(table)


def _state() -> FlowState:
    reader = current_reader()
    return reader.state if reader else FlowState()


def _load(original: Callable[..., Any], volumes: Volumes) -> Callable[..., Any]:
    def load(self: Any, path: Any = None, format: Any = None, schema: Any = None, **options: Any) -> Any:
        path = _path_option(self) if path is None else path
        paths = [volumes.uri(one) for one in path] if isinstance(path, list) else path and volumes.uri(path)
        return original(self, paths, format, schema, **options)

    return load


def _path_option(reader: Any) -> str | None:
    """Take the path from the reader's options, where Spark would find it too."""
    return next((reader._options.pop(name) for name in list(reader._options) if name.lower() == "path"), None)


def _stream_load(original: Callable[..., Any], volumes: Volumes, loader: AutoLoader) -> Callable[..., Any]:
    def load(self: Any, path: Any = None, format: Any = None, schema: Any = None, **options: Any) -> Any:
        path = _path_option(self) if path is None else path
        if (format or self._format or "").lower() == "cloudfiles":
            self.options(**options)
            return loader.load(self._client, path, self._options, schema or self._schema, _state())
        if (format or self._format or "parquet").lower() in _FILE_FORMATS:
            self.option("maxFileAge", FOREVER)
        return original(self, path and volumes.uri(path), format, schema, **options)

    return load
