"""Checks about billing."""
