"""Spark on this machine: one warm Spark Connect server per bundle root."""

from local_runner.spark.session import connect, stop

__all__ = ["connect", "stop"]
