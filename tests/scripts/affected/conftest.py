"""What a change of the small bundle touches."""

from itertools import count

import pytest

from local_runner.bundle import resolve
from scripts.affected.compare import compare
from scripts.affected.version import Version
from scripts.lineage import lineage
from tests.scripts.affected.small_bundle import (
    BUNDLE,
)


@pytest.fixture
def touched(tmp_path):
    """`touched(before, after)`: reasons by resource. Both differ from BUNDLE by files: name -> text, or None for no file."""

    numbers = count()

    def version(files):
        root = tmp_path / str(next(numbers))
        for file, text in {**BUNDLE, **files}.items():
            if text is not None:
                path = root / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        bundle = resolve(root, user="ann@example.com").raise_for_errors()
        return Version(bundle, lineage(bundle))

    def touched(before, after):
        found = compare(version(before), version(after))
        return {one.key: list(one.reasons) for one in found}

    return touched
