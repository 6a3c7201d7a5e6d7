"""`run`: run a job or a pipeline of a bundle on this machine."""

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from local_runner.commands.arguments import add_bundle, add_output
from local_runner.diagnostics import Failure, Severity, fail, print_diagnostics

if TYPE_CHECKING:
    from local_runner.bundle import ResolvedBundle
    from local_runner.pipeline.result import DatasetResult, PipelineResult
    from local_runner.tables import TableStore

ROWS_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("keys", nargs="+", metavar="KEY", help="the keys of jobs or pipelines, one after another")
    add_bundle(parser)
    add_output(parser)
    parser.add_argument("--refresh", nargs="+", default=[], metavar="NAME", help="update only these datasets")
    parser.add_argument("--full-refresh", nargs="*", metavar="NAME", help="make these tables anew; all where none is named")
    parser.add_argument("--watch", action="store_true", help="run again after each change to the bundle, until Ctrl+C")
    parser.add_argument("--dry-run", action="store_true", help="show what each dataset reads and its columns; write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Run each pipeline in order; 1 as soon as one of them fails."""
    if arguments.watch:
        from local_runner.commands.watching import run_at_each_change

        return run_at_each_change(arguments.bundle.resolve(), lambda: _run_once(arguments))
    return _run_once(arguments)


def _run_once(arguments: argparse.Namespace) -> int:
    from local_runner.bundle import resolve
    from local_runner.spark import begin_import, connect, end_run
    from local_runner.tables import TableStore

    begin_import()
    bundle = resolve(arguments.bundle, arguments.target)
    # Not before: loading the bundle's Python resources, a process of its own, is what all else waits for.
    from local_runner.pipeline.run import Selection, run_pipeline
    from local_runner.pipeline.sources.files import read_sources, warnings_of
    from local_runner.pipeline.spec import pipeline_spec

    keys = _pipelines(bundle, arguments.keys)
    print_diagnostics(replace(diagnostic, severity=Severity.WARNING) for diagnostic in bundle.diagnostics)
    if len(keys) > 1 and (arguments.refresh or arguments.full_refresh):
        raise fail(
            f"--refresh and --full-refresh name datasets of one pipeline, and these are {', '.join(keys)}", "Name one"
        )
    selection = Selection(
        refresh=_names(arguments.refresh),
        full_refresh=_names(arguments.full_refresh or []),
        full_refresh_all=arguments.full_refresh == [],
        dry_run=arguments.dry_run,
    )
    for spec in [pipeline_spec(bundle, key) for key in keys]:
        print_diagnostics(warnings_of(read_sources(spec.sources, bundle.root, spec.configuration)))
    as_table = arguments.output == "table"
    # Nobody is there to start a refused round again.
    waiting = (lambda why: print(f"{why}; waiting for its end", flush=True)) if arguments.watch else None
    try:
        for key in keys:
            if as_table:
                print(f"{key} (target {bundle.target}){', dry run: nothing is written' if arguments.dry_run else ''}")
            # A session of its own: one pipeline's configuration and functions are nothing to the next.
            spark = connect(bundle.root)
            result = run_pipeline(bundle, key, spark, selection, _report(key, arguments), waiting)
            if as_table and not arguments.dry_run:
                _print_finals(TableStore(bundle.root / ".local" / bundle.target), result)
            if not result.ok:
                return 1
            spark.stop()
    finally:
        end_run(bundle.root)
    return 0


def _pipelines(bundle: "ResolvedBundle", keys: list[str]) -> list[str]:
    """The pipelines that `keys` stand for, each once. Raises Failure where an error reaches one of them."""
    from local_runner.jobs import pipelines_of, resource_named
    from local_runner.reach import errors_reaching

    if not bundle.finished:
        # It may well have what it does not show.
        raise Failure(*bundle.errors)
    try:
        pipelines = [pipeline for key in keys for pipeline in pipelines_of(bundle, key)]
        asked = [resource_named(bundle, key) for key in keys]
    except Failure as failure:
        # What is wrong with the bundle may be why there is no such resource.
        raise Failure(*bundle.errors, *failure.diagnostics) from None
    if errors := errors_reaching(bundle, asked):
        raise Failure(*errors)
    return list(dict.fromkeys(pipelines))


def _report(key: str, arguments: argparse.Namespace) -> "Callable[[DatasetResult], None]":
    """What prints each dataset of the pipeline `key` as it ends."""
    from local_runner.terminal import print_dataset, print_json_lines, print_planned

    if arguments.output == "json":
        return lambda result: print_json_lines([{"pipeline": key, **asdict(result)}])
    return print_planned if arguments.dry_run else print_dataset


def _names(given: list[str]) -> frozenset[str]:
    return frozenset(name for part in given for name in part.split(",") if name)


def _print_finals(store: "TableStore", result: "PipelineResult") -> None:
    from local_runner.pipeline.result import Status
    from local_runner.tables.rows import columns, count, rows
    from local_runner.terminal import print_table

    written = {dataset.table for dataset in result.datasets if dataset.status is Status.COMPLETED}
    for name in result.finals:
        if entry := store.find(name):
            number = count(store, entry)
            moment = f"{store.updated(entry).astimezone():%Y-%m-%d %H:%M:%S}"
            old = [] if str(name) in written else [f"as of {moment}, not of this run"]
            part = [f"the first {ROWS_SHOWN} of {number:,} rows"] if number > ROWS_SHOWN else []
            notes = f" ({'; '.join(old + part)})" if old + part else ""
            print_table(f"{name}{notes}", columns(entry), rows(store, entry, ROWS_SHOWN))
