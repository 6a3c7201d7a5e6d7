"""Runs a Databricks bundle on this machine, with no workspace."""
