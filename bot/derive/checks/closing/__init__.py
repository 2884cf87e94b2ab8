"""Checks about what closing an engagement asks for."""
