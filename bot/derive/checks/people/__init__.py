"""Checks about people."""
