"""Resolves a bundle's folder to the value that `databricks bundle validate -o json` prints, with no workspace."""

from local_runner.bundle.resolve import resolve
from local_runner.bundle.result import ResolvedBundle

__all__ = ["ResolvedBundle", "resolve"]
