"""What git knows of the folder a bundle lies in.

Source: Databricks CLI, libs/git/*.go: branch and commit come from the files under `.git`.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Repository:
    """Empty strings stand for what is not known; `worktree` is None outside a repository."""

    worktree: Path | None = None
    branch: str = ""
    commit: str = ""
    origin_url: str = ""
    user_email: str = ""


def read_repository(folder: Path) -> Repository:
    """The repository that `folder` lies in."""
    worktree = next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)
    settings = _settings(folder)
    email = settings.get("user.email", "")
    if worktree is None:
        return Repository(user_email=email)
    git, common = _git_folders(worktree)
    head = _read(git / "HEAD")
    branch = head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else ""
    commit = _read(common / head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    return Repository(
        worktree,
        branch,
        commit if _COMMIT.fullmatch(commit) else "",
        _without_credentials(settings.get("remote.origin.url", "")),
        email,
    )


def _git_folders(worktree: Path) -> tuple[Path, Path]:
    """The repository's own folder and the one it shares with other worktrees."""
    git = worktree / ".git"
    if git.is_file():
        git = worktree / _read(git).removeprefix("gitdir: ")
    common = git / _read(git / "commondir") if (git / "commondir").exists() else git
    return git, common


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _settings(folder: Path) -> dict[str, str]:
    try:
        result = subprocess.run(
            ["git", "config", "--get-regexp", r"^(user\.email|remote\.origin\.url)$"],  # noqa: S607 - the user's own git
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return {}
    return dict(line.split(" ", 1) for line in result.stdout.splitlines() if " " in line)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
