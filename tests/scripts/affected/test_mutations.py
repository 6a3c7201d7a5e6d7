"""Each kind of change, on a generated bundle, touches exactly what it touches by construction."""

import shutil
from random import Random

import pytest

from local_runner.bundle import resolve
from scripts.affected.compare import compare
from scripts.affected.version import Version
from scripts.lineage import lineage
from tests.scripts.affected.generated import model, write
from tests.scripts.affected.mutations import KINDS
from tests.scripts.affected.scene import Scene

pytestmark = pytest.mark.slow


def version(root):
    bundle = resolve(root, "dev", user="ann@example.com").raise_for_errors()
    return Version(bundle, lineage(bundle))


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    root = tmp_path_factory.mktemp("generated")
    pairs = model(9)
    write(root / "before", pairs)
    shutil.copytree(root / "before", root / "after")
    return Scene(root / "before", root / "after", pairs, Random(6))  # noqa: S311 - the same choices on every run


@pytest.fixture(scope="module")
def before(scene):
    return version(scene.before)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_touches(scene, before, kind):
    try:
        expected = kind(scene)
        found = compare(before, version(scene.after))
    finally:
        scene.restore()
    assert {one.key for one in found} == expected
    assert all(one.reasons for one in found)
