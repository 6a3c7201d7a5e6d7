from collections.abc import Iterator
from pathlib import Path

import pytest

from local_runner.spark import stop


@pytest.fixture(scope="package")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle root whose server most tests of this folder share; connecting starts it."""
    root = tmp_path_factory.mktemp("bundle")
    yield root
    stop(root)
