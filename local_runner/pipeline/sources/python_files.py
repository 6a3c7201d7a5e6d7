"""Python source files: read before Spark starts, run to record what they define."""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from local_runner.diagnostics import Failure, Location, fail
from local_runner.pipeline.api.unsupported import unsupported
from local_runner.pipeline.definitions import Definitions


@dataclass(frozen=True)
class PythonFile:
    """A file's compiled code."""

    path: Path
    code: CodeType

    def run(self, definitions: Definitions, names: dict[str, Any]) -> None:
        """Run the file with `names` as globals; what it defines goes to the definitions being recorded."""
        exec(self.code, new_module(self.path, names).__dict__)  # noqa: S102 - the person's own file


def read_python_file(path: Path) -> PythonFile:
    """Read a file of Python. Raises Failure where it is none, or asks for what local runs do not do."""
    text = path.read_bytes()
    code = compile_python(text, path)
    refuse_unsupported(text, path)
    return PythonFile(path, code)


def compile_python(text: str | bytes, path: Path) -> CodeType:
    """The code of `text`, whose lines are those of the file `path`. Raises Failure where it is no Python."""
    try:
        return compile(text, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        detail = f"{(error.text or '').strip()}\nSyntaxError: {error.msg}".strip()
        raise fail(f"{path.name} does not load", "", Location(str(path), error.lineno or 0), detail) from None
    except ValueError as error:
        raise fail(f"{path.name} is no Python text: {error}", "Save it as UTF-8", Location(str(path))) from None


def refuse_unsupported(text: str | bytes, path: Path) -> None:
    """Raises Failure where `text`, which is Python, asks for what local runs do not do."""
    if problems := unsupported(ast.parse(text), path):
        raise Failure(*problems)


def new_module(path: Path, names: dict[str, Any]) -> ModuleType:
    """A module for the code of `path`, known by that path: files in two folders may share a name."""
    module = ModuleType(f"_source_{path}")
    module.__file__ = str(path)
    module.__dict__.update(names)
    sys.modules[module.__name__] = module
    return module
