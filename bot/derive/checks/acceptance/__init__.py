"""Checks about acceptance."""
