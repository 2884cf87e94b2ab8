"""Engagements that are finished, for forecasts to learn from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.domain.model import Engagement
from tests.builders import make_engagement, make_item, make_log


def finished(number: int, start: date, days: int, items: int, logged: float, **facts: Any) -> Engagement:
    """So many items of ten hours each, closed evenly over the days, with so many hours logged on the day of its close."""
    closings = [start + timedelta(days=round((n + 1) * days / items)) for n in range(items)]
    work = [make_item(n, estimate_hours=10, closed=on, created_at=start) for n, on in enumerate(closings)]
    return make_engagement(
        ref=f"acme&{number}",
        created_at=start,
        closed=closings[-1],
        items=work,
        timelogs=[make_log(item, logged, on) for item, on in zip(work, closings, strict=True)],
        facts={"start": start, "end": start + timedelta(days=days)} | facts,
    )
