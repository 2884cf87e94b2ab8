"""Checks about records."""
