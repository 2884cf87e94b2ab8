"""The changes that nobody could notice, each with its reason; everything else that survives is a missing test."""

from __future__ import annotations

from fnmatch import fnmatch

ACCEPTED: dict[tuple[str, str], dict[str, str]] = {}
"""(target, the changed line as it stands) → the kind of change (a pattern over cosmic-ray's operators) → why."""


def reason_for(target: str, text: str, operator: str) -> str:
    """Why this change is accepted; empty where it is not."""
    found = ACCEPTED.get((target, text), {})
    return next((why for pattern, why in found.items() if fnmatch(operator, pattern)), "")
