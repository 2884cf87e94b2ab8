"""Checks about status."""
