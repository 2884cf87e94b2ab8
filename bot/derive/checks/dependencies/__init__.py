"""Checks about work that waits: for other work, for a partner, for the customer."""
