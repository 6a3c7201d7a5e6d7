"""Each case prints what it is expected to print; and the Databricks CLI, where there is one, agrees."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance import referee
from tests.acceptance.cases import Case, all_cases

pytestmark = pytest.mark.slow

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, tmp_path: Path) -> None:
    output = case.run(case.copy_bundle(tmp_path))
    assert output.messages == case.expected.messages
    assert output.exit_code == case.expected.exit_code
    assert output.value == case.expected.value


@pytest.mark.skipif(not referee.CLI, reason="there is no Databricks CLI on the PATH")
def test_cli_agrees(tmp_path: Path) -> None:
    """The CLI gives the same value, or refuses the bundle too, wherever a case does not say that it differs."""
    cases = [case for case in CASES if case.arguments[0] == "resolve"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda case: referee.answer(case, case.copy_bundle(tmp_path)), cases))
    differing = {
        case.name
        for case, answer in zip(cases, answers, strict=True)
        if (answer.exit_code, answer.value) != (case.expected.exit_code, case.expected.value)
    }
    assert differing == {case.name for case in cases if case.differs}
