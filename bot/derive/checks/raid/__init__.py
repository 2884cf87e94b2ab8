"""Checks about raid."""
