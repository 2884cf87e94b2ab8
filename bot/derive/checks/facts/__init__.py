"""Checks about the facts block: what must be known of an engagement."""
