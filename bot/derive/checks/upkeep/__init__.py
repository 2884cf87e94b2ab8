"""Checks about how well the records are kept: dates, sizes, updates, closing."""
