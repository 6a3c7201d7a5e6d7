"""Spark on this machine: one warm Spark Connect server per bundle root."""

from local_runner.spark.server import last_words
from local_runner.spark.session import begin_import, connect, end_run, stop

__all__ = ["begin_import", "connect", "end_run", "last_words", "stop"]
