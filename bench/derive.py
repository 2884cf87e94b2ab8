"""Derivation in linear time and memory: 10 × the items must cost at most 11 × the time and peak memory.

`python -m bench.derive` derives portfolios of 100 and 1,000 engagements (100 items each) without the forecast.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta

from bot.config import Settings
from bot.derive import derive_portfolio
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Facts, Item, Milestone, MilestoneFact, Portfolio, TimeLog
from bot.domain.vocabulary import BillingType, ItemState

DAY = date(2026, 11, 20)
START = datetime(2026, 8, 3, 9, tzinfo=UTC)
ITEMS = 100
LIMIT = 11.0
PEOPLE = 40


@frozen
class Cost:
    engagements: int
    seconds: float
    peak_mib: float


def make_portfolio(engagements: int) -> Portfolio:
    """A portfolio of ordinary engagements: four milestones, blockers, logs, moved dates, a few RAID items each."""
    return Portfolio(tuple(make_engagement(n) for n in range(engagements)), datetime(2026, 11, 20, 18, tzinfo=UTC))


def make_engagement(number: int) -> Engagement:
    path = f"acme/customers/c{number:04d}/work"
    items = tuple(make_item(path, number, n) for n in range(ITEMS))
    logs = tuple(
        TimeLog(item.ref, f"user{(number + n) % PEOPLE}", START.date() + timedelta(days=n), 3.5)
        for n, item in enumerate(items)
    )
    return Engagement(
        ref=f"acme/customers/c{number:04d}&1",
        title=f"Engagement {number}",
        created_at=START,
        facts=Facts(
            customer=f"Customer {number}",
            billing=BillingType.TIME_AND_MATERIALS,
            value=160_000.0,
            hours=800.0,
            start=START.date(),
            end=date(2026, 12, 18),
            milestones=tuple(MilestoneFact(f"Phase {n}", date(2026, 9 + n, 1)) for n in range(4)),
        ),
        items=items,
        milestones=tuple(Milestone(f"Phase {n}", f'{path}%"Phase {n}"', None, date(2026, 9 + n, 8)) for n in range(4)),
        timelogs=logs,
    )


def make_item(path: str, engagement: int, number: int) -> Item:
    done = number < 55
    created = START + timedelta(days=number // 4)
    return Item(
        ref=f"{path}#{number}",
        title=f"Item {number}",
        state=ItemState.CLOSED if done else ItemState.OPENED,
        created_at=created,
        closed_at=created + timedelta(days=20 + number // 2) if done else None,
        updated_at=created + timedelta(days=60),
        due_date=date(2026, 9, 1) + timedelta(days=number),
        milestone=f"Phase {number * 4 // ITEMS}",
        estimate_hours=4.0 + number % 7,
        assignees=(f"user{(engagement + number) % PEOPLE}",),
        labels=("PS RAID Log", "PS Risk") if number % 25 == 24 else ("workstream::a",),
        blocked_by=(f"{path}#{number - 1}",) if number % 5 else (),
    )


def measure(engagements: int, settings: Settings, calendar: WorkCalendar) -> Cost:
    """CPU seconds of the fastest of three runs, and the peak of memory of a fourth (tracing slows a run down)."""
    portfolio = make_portfolio(engagements)
    seconds = min(_seconds(portfolio, settings, calendar) for _ in range(3))
    tracemalloc.start()
    derive_portfolio(portfolio, DAY, settings, calendar, forecast=False)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return Cost(engagements, seconds, peak)


def _seconds(portfolio: Portfolio, settings: Settings, calendar: WorkCalendar) -> float:
    begin = time.process_time()
    derive_portfolio(portfolio, DAY, settings, calendar, forecast=False)
    return time.process_time() - begin


def main(small: int = 100) -> int:
    """Print both costs and their ratios; 1 when a ratio is beyond the limit."""
    settings = Settings.model_validate({"portfolio": {"namespaces": {"acme/ps-internal": "internal"}}})
    calendar = settings.work_calendar(range(2025, 2029))
    costs = [measure(n, settings, calendar) for n in (small, small * 10)]
    for cost in costs:
        print(
            f"derive: {cost.engagements:>5,} engagements, {cost.engagements * ITEMS:>7,} items:"
            f" {cost.seconds:6.2f} s, peak {cost.peak_mib:6.1f} MiB"
        )
    slower, larger = costs[1].seconds / costs[0].seconds, costs[1].peak_mib / costs[0].peak_mib
    print(f"derive: 10 × items cost {slower:.1f} × the time and {larger:.1f} × the memory (limit {LIMIT:g})")
    return int(max(slower, larger) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
