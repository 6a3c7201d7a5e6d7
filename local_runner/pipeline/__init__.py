"""Runs one pipeline: definitions → graph → tables → result."""
