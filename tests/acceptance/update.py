"""Write what each case is expected to print, or only the cases named: what the Databricks CLI says, where it can.

`python -m tests.acceptance.update [CASE…]`
"""

import sys
import tempfile
from pathlib import Path

from tests.acceptance import referee
from tests.acceptance.cases import Case, Output, all_cases


def main(names: list[str]) -> int:
    cases = {case.name: case for case in all_cases()}
    unknown = [name for name in names if name not in cases]
    if unknown:
        print(f"Error: no case named {', '.join(unknown)} in tests/acceptance", file=sys.stderr)
        return 1
    if not referee.CLI:
        print("Warning: there is no Databricks CLI on the PATH: what is written is the resolver's own", file=sys.stderr)
    for name in names or cases:
        before = cases[name].expected
        cases[name].expect(_output(cases[name]))
        if cases[name].expected != before:
            print(f"Updated {name}")
    return 0


def _output(case: Case) -> Output:
    """The resolver's output, its value replaced by the CLI's unless the case is known to differ."""
    with tempfile.TemporaryDirectory() as folder:
        own = case.run(case.copy_bundle(Path(folder, "own")))
        if not referee.CLI or case.arguments[0] != "resolve" or case.differs or own.exit_code:
            return own
        value = referee.answer(case, case.copy_bundle(Path(folder, "cli"))).value
        return Output(own.exit_code, value, own.messages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
