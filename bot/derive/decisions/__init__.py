"""Decisions: colours, status, questions, completion."""
