"""Resolves a bundle's folder to the value that `databricks bundle validate -o json` prints, with no workspace."""

from local_runner.bundle.resolve import resolve, target_named, target_names
from local_runner.bundle.result import ResolvedBundle

__all__ = ["ResolvedBundle", "resolve", "target_named", "target_names"]
