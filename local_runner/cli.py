"""The command line: verbs by name, each in a module of its own that is imported only when it runs."""

import argparse
import importlib
import sys

from local_runner.edge import run_command

# Verb -> (module with `add_arguments(parser)` and `run(arguments) -> exit code`, what it does).
VERBS = {
    "run": ("local_runner.commands.run", "run a job or a pipeline on this machine"),
    "tables": ("local_runner.commands.tables", "list the tables that local runs have made"),
    "sql": ("local_runner.commands.sql", "run a query over the tables that local runs have made"),
    "show": ("local_runner.commands.show", "print a table that local runs have made"),
    "stop": ("local_runner.commands.stop", "end the Spark server that local runs keep warm"),
    "resolve": ("local_runner.bundle.command", "print the bundle, resolved for a target, as JSON"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one verb; 0 when it succeeded, 1 on wrong input or a failed run, 2 on wrong usage."""
    return run_command(lambda: _run(sys.argv[1:] if argv is None else argv))


def _run(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local_runner", description="Run a Databricks bundle on this machine.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, (module, help_) in VERBS.items():
        subparser = verbs.add_parser(verb, help=help_, description=help_)
        if argv[:1] == [verb]:
            importlib.import_module(module).add_arguments(subparser)
    arguments = parser.parse_args(argv)
    return importlib.import_module(VERBS[arguments.verb][0]).run(arguments)
