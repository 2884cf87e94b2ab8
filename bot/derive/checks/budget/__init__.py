"""Checks about budget."""
