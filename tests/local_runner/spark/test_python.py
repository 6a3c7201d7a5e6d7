"""Spark needs Python 3.11; the rest of the project runs on 3.10."""

import sys
from pathlib import Path

import pytest

from local_runner.diagnostics import Failure
from local_runner.spark import connect


@pytest.mark.skipif(sys.version_info >= (3, 11), reason="this Python has Spark")
def test_on_an_older_python_asking_for_spark_says_so(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"Spark needs Python 3\.11 or newer; this is 3\.10"):
        connect(tmp_path)
    assert list(tmp_path.iterdir()) == []
