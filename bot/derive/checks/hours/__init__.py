"""Checks about hours."""
