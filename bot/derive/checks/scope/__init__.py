"""Checks about scope."""
