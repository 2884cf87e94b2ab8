"""Division as the contract wants it: what can't be known, or divides by zero, is None."""

from __future__ import annotations

import math


def ratio(part: float | None, whole: float | None) -> float | None:
    """part ÷ whole, None where either is unknown, `whole` is 0, or the result is no finite number."""
    if part is None or not whole:
        return None
    value = part / whole
    return value if math.isfinite(value) else None
