"""How many examples a property takes whose every example is a whole run or derivation."""

from __future__ import annotations

import os

from hypothesis import settings


def tries(few: int, many: int = 100) -> settings:
    """`few`, the same ones each time; `many` where new faults are looked for (HYPOTHESIS_PROFILE=search)."""
    return settings(max_examples=many if os.environ.get("HYPOTHESIS_PROFILE") == "search" else few)
