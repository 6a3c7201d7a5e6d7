"""A pipeline's source files by what they are: Python, SQL, or a notebook of either."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from local_runner.diagnostics import Diagnostic, Failure, Location, fail
from local_runner.pipeline.definitions import Definitions
from local_runner.pipeline.sources.notebooks import Notebook, is_notebook, read_notebook
from local_runner.pipeline.sources.python_files import read_python_file
from local_runner.pipeline.spec import SOURCE_SUFFIXES
from local_runner.pipeline.sql.files import read_sql_file


class Source(Protocol):
    """A file that has been read; `run` records what it defines."""

    path: Path

    def run(self, definitions: Definitions, names: dict[str, Any]) -> None: ...


def read_sources(paths: list[Path], root: Path, parameters: Mapping[str, str]) -> list[Source]:
    """Read each file as far as that can be done without Spark; `${key}` in SQL stands for a value of `parameters`.

    Raises Failure with what is wrong in all of them.
    """
    sources: list[Source] = []
    problems: list[Diagnostic] = []
    for path in paths:
        try:
            sources.append(_read(path, root, parameters))
        except UnicodeDecodeError as error:
            problems.append(Diagnostic(f"{path.name} is no text: {error}", "Save it as UTF-8", Location(str(path))))
        except Failure as failure:
            problems += failure.diagnostics
    if problems:
        raise Failure(*problems)
    return sources


def warnings_of(sources: list[Source]) -> list[Diagnostic]:
    """What the person who runs these files should know."""
    return [warning for source in sources if isinstance(source, Notebook) for warning in source.warnings]


def _read(path: Path, root: Path, parameters: Mapping[str, str]) -> Source:
    if path.suffix not in SOURCE_SUFFIXES:
        raise fail(f"{path.name} is no source file of a pipeline", "It must be .py, .sql or .ipynb", Location(str(path)))
    if is_notebook(path):
        return read_notebook(path, root, dict(parameters))
    return read_python_file(path) if path.suffix == ".py" else read_sql_file(path, parameters)
