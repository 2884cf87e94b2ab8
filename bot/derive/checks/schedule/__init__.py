"""Checks about schedule."""
