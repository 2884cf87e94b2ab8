"""What is worth a line: amounts and quarters too small to matter are left out or told as one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from bot.derive.results import PortfolioQuarter, QuarterRevenue
from bot.domain.frozen import frozen

LEAST_SHARE: Final = 0.005
"""Of the whole: less is noise beside the forecast's own range."""
Revenue = QuarterRevenue | PortfolioQuarter
R = TypeVar("R", bound=Revenue)


@frozen
class Told(Generic[R]):
    """The periods worth a row, in order, and what is expected after the last of them."""

    rows: tuple[tuple[str, R], ...]
    later: float = 0.0


def is_worth(amount: float | None, whole: float | None) -> bool:
    """Whether the amount matters beside the whole."""
    return bool(amount) and abs(amount or 0.0) >= LEAST_SHARE * abs(whole or 0.0)


def worth_telling(periods: Mapping[str, R]) -> Told[R]:
    """Without those that hold next to nothing; the money after the last one told is `later`."""
    named = sorted(periods.items())
    whole = math.fsum(_size(found) for _, found in named)
    kept = [name for name, found in named if _target(found) or is_worth(_size(found), whole)]
    after = (found.forecast for name, found in named if kept and name > kept[-1])
    return Told(tuple((name, found) for name, found in named if name in kept), round(math.fsum(after), 2))


def has_range(low: float, high: float) -> bool:
    """Whether there is a range to tell: not "$120,000 to $120,000", nor one of cents."""
    return round(high) > round(low)


def is_over(found: Revenue) -> bool:
    """Whether nothing more is to come: the forecast is what came."""
    return found.low == found.forecast == found.high == found.actual


def _size(found: Revenue) -> float:
    return max(abs(found.actual), abs(found.forecast))


def _target(found: Revenue) -> float:
    return (found.target or 0.0) if isinstance(found, PortfolioQuarter) else 0.0
