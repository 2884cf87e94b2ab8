"""Checks about escalation."""
