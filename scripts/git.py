"""What the scripts ask of git: the tree as a commit, a commit's files in a folder, and what was last deployed to a target.

None of it touches the user's files, index or branches.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local_runner.diagnostics import fail


def commit_of(root: Path, revision: str) -> str:
    """The full hash of the commit that `revision` names. Raises Failure where there is none."""
    if found := _find(root, revision):
        return found
    remedy = "This clone is shallow: git fetch --unshallow" if _is_shallow(root) else "Fetch it, or name another of git log."
    raise fail(f"git knows no commit {revision}", remedy)


def deployed(root: Path, target: str) -> str | None:
    """The commit that was last deployed to `target`; None where none is recorded."""
    return _find(root, deployed_ref(target))


def record_deployed(root: Path, target: str, commit: str) -> None:
    """Make `commit` what was last deployed to `target`."""
    _git(root, "update-ref", "-m", "deployed", deployed_ref(target), commit)


def branch(root: Path) -> str:
    """The branch that is checked out; nothing where a commit is."""
    return _git(root, "branch", "--show-current")


def uncommitted(root: Path) -> int:
    """How many files are not as they are in HEAD, new ones among them."""
    return len(_git(root, "status", "--porcelain", "--untracked-files=all").splitlines())


def commits_since(root: Path, commit: str) -> int:
    """How many commits HEAD has that `commit` has not."""
    return int(_git(root, "rev-list", "--count", f"{commit}..HEAD"))


def deployed_ref(target: str) -> str:
    return f"refs/deployed/{target}"


def snapshot(root: Path) -> str:
    """The tree in `root` as a commit: HEAD, or a commit on top of it that holds what is not committed.

    That commit is on no branch. Ignored files are not in it.
    """
    head = _find(root, "HEAD")
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        own = Path(_git(root, "rev-parse", "--path-format=absolute", "--git-path", "index"))
        if own.exists():
            # It knows which files are unchanged, so that they need not be read. By its own time it tells which files may
            # have changed after it in the same instant, so the copy keeps that.
            shutil.copy2(own, index)
        environment = {"GIT_INDEX_FILE": str(index)}
        _git(root, "add", "--all", "--", ".", environment=environment)
        tree = _git(root, "write-tree", environment=environment)
    if head and tree == _git(root, "rev-parse", f"{head}^{{tree}}"):
        return head
    who = {f"GIT_{role}_{part}": "deploy" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    parent = ["-p", head] if head else []
    return _git(root, "commit-tree", tree, *parent, "-m", "The tree that was deployed, uncommitted", environment=who)


def staged(root: Path) -> str:
    """What is staged, as a tree: within a hook, what is about to be committed. Raises Failure during a merge's conflicts."""
    return _git(root, "write-tree")


def is_same_tree(root: Path, one: str, other: str) -> bool:
    """Whether two commits hold the same files."""
    return _git(root, "rev-parse", f"{one}^{{tree}}") == _git(root, "rev-parse", f"{other}^{{tree}}")


@contextmanager
def checkout(root: Path, version: str) -> Iterator[Path]:
    """The files that `root` has in `version`, a commit or a tree, in a folder of their own under .local/.

    One user of it at a time. The folder and its index stay, so that the next version costs no more than its differences.
    """
    folder = root / ".local" / "base"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock"):
        tree = folder / "tree"
        tree.mkdir(exist_ok=True)
        # What a killed run leaves.
        (folder / "index.lock").unlink(missing_ok=True)
        inside = _git(root, "rev-parse", "--show-prefix")
        environment = {
            "GIT_DIR": _git(root, "rev-parse", "--absolute-git-dir"),
            "GIT_WORK_TREE": str(tree),
            "GIT_INDEX_FILE": str(folder / "index"),
        }
        options = ["-c", "core.sparseCheckout=false", "-c", "checkout.workers=0"]
        _git(tree, *options, "read-tree", "--reset", "-u", f"{version}:{inside}", environment=environment)
        yield tree


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Wait until no other process holds `file`, then hold it; the system drops the lock of a killed process."""
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _find(root: Path, revision: str) -> str | None:
    command = _command(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    done = _run(command)
    if done.returncode > 1:
        raise fail(f"git cannot be asked about {root}", "Run this in a git repository.", detail=done.stderr.strip())
    return done.stdout.strip() or None


def _is_shallow(root: Path) -> bool:
    return _git(root, "rev-parse", "--is-shallow-repository") == "true"


def _git(root: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    done = _run(_command(root, *arguments), environment)
    if done.returncode:
        raise fail(f"git {' '.join(arguments)} failed", detail=done.stderr.strip())
    return done.stdout.strip()


def _command(root: Path, *arguments: str) -> list[str]:
    return ["git", "-C", str(root), *arguments]


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 - the user's own git, arguments without a shell
            command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
        )
    except FileNotFoundError:
        raise fail("git is not installed", "It knows what was deployed and what has changed since: install it.") from None
