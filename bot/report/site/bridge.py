"""The waterfall as a chart: from the quarter's first forecast to today's, a bar for each kind of cause."""

from __future__ import annotations

import math

from bot.derive.results import Waterfall
from bot.domain.frozen import frozen
from bot.report.site.draw import LABELS, RIGHT, ROW, TOP, WIDTH, DayScale

AMOUNTS = 96.0
"""Room for the amounts at the right."""


@frozen
class Bar:
    """A bar from `x` on; `kind` is None for the two forecasts at the ends, `amount` the height of the step or forecast."""

    kind: str | None
    y: float
    x: float
    width: float
    amount: float


@frozen
class Bridge:
    """The bars from the top down; the axis need not begin at 0, for steps are small beside the whole."""

    height: float
    label_x: float
    bars: tuple[Bar, ...]


def draw_bridge(found: Waterfall) -> Bridge:
    """Kinds of cause in the order of their weight."""
    sums: dict[str, float] = {}
    for driver in found.drivers:
        sums[driver.kind] = sums.get(driver.kind, 0.0) + driver.amount
    steps = sorted(((k, a) for k, a in sums.items() if round(a)), key=lambda step: (-abs(step[1]), step[0]))
    reached = [found.before]
    for _, amount in steps:
        reached.append(reached[-1] + amount)
    low, high = min(*reached, found.after), max(*reached, found.after)
    room = (high - low) or abs(high) or 1.0
    x = DayScale(max(0.0, low - room / 2) if low >= 0 else low - room / 2, high, LABELS, WIDTH - RIGHT - AMOUNTS)
    bars = [_bar(None, 0, x.low, found.before, x, found.before)]
    for number, (kind, amount) in enumerate(steps):
        bars.append(_bar(kind, number + 1, reached[number], reached[number + 1], x, amount))
    bars.append(_bar(None, len(steps) + 1, x.low, found.after, x, found.after))
    return Bridge(TOP + ROW * len(bars), WIDTH - RIGHT, tuple(bars))


def _bar(kind: str | None, row: int, begin: float, end: float, x: DayScale, amount: float) -> Bar:
    left, right = sorted((x.at(begin), x.at(end)))
    return Bar(kind, TOP + ROW * (row + 0.5), left, round(max(right - left, 1.5), 1), math.floor(amount + 0.5))
