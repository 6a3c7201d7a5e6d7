"""What the tree as it is changes, beside a commit: by default beside what was last deployed to the target."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local_runner.bundle import ResolvedBundle, resolve
from local_runner.diagnostics import Failure, fail
from scripts import git
from scripts.affected.compare import Touched, compare
from scripts.affected.version import Version
from scripts.lineage import lineage
from scripts.version_folder import version_folder


@dataclass(frozen=True)
class Change:
    """`base` is the commit that was compared with; None where nothing is known to be deployed, so that all is touched.

    `resources` has the domain of each resource that the code has.
    """

    target: str
    base: str | None
    touched: tuple[Touched, ...]
    resources: Mapping[str, str]

    @property
    def domains(self) -> list[str]:
        return list(dict.fromkeys(one.domain for one in self.touched))

    @property
    def gone(self) -> list[str]:
        """The keys of what was deployed and the code no longer has: no selection can name it."""
        return [one.key for one in self.touched if one.is_gone]


def change_since(root: Path, target: str, base: str | None = None) -> Change:
    """What the tree in `root` changes for `target` since the commit `base`, or since the last recorded deployment.

    Raises Failure where one of the two cannot be resolved, or where git does not know `base`.
    """
    commit = git.commit_of(root, base) if base else git.deployed(root, target)
    if commit is None:
        after = _version(_resolve(root, target))
        reasons = (f"nothing is recorded as deployed to {target}",)
        touched = sorted(Touched(*after.pair_of(key), key, reasons) for key in after.resources)
        return Change(target, None, tuple(touched), after.domains)
    with version_folder(root, commit, target) as folder, ThreadPoolExecutor(max_workers=2) as pool:
        # Its time goes to other processes, which load the resources that are written in Python.
        resolving = pool.submit(_resolve, folder, target)
        after = _version(pool.submit(_resolve, root, target).result())
        try:
            before = _version(resolving.result())
        except Failure as failure:
            summary = f"the bundle at {commit[:10]} does not resolve for {target}, so nothing can be compared with it"
            detail = "\n".join(map(str, failure.diagnostics))
            raise fail(summary, "Name another commit as base, or deploy everything.", detail=detail) from None
        return Change(target, commit, tuple(compare(before, after)), after.domains)


def _resolve(root: Path, target: str) -> ResolvedBundle:
    return resolve(root, target).raise_for_errors()


def _version(bundle: ResolvedBundle) -> Version:
    return Version(bundle, lineage(bundle))
