"""Scope: progress, baseline, change orders."""
