"""Helpers shared by domains: `from common... import ...` on Databricks, locally and in tests."""
