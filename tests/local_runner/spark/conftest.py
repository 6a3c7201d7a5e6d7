import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_runner.spark import stop


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle root whose server the tests of this folder share; the first to connect starts it."""
    root = tmp_path_factory.mktemp("bundle")
    yield root
    stop(root)


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """`wait_until(condition)`: return once it holds, fail after 20 seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "what was waited for did not happen"
            time.sleep(0.02)

    return wait
