"""How much of a day is derived: of past days only what somebody asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum

from bot.derive.forecast_results import Forecast, QuarterRevenue


class Depth(IntEnum):
    """Each holds what the one before it holds, to the same values."""

    NAMES = 0
    """Which engagements are reported, and what of them could not be read."""
    STATUS = 1
    """Phase, completion, escalations and the colours as published: what trends show."""
    FIGURES = 2
    """All but the stories and the reasons of the forecast: what a report compares with."""
    ALL = 3


def without_reasons(forecast: Forecast) -> Forecast:
    """The figures of a forecast alone: the reasons of its quarters and months are half of all that is derived of a day."""
    return replace(
        forecast,
        revenue=_figures(forecast.revenue),
        revenue_by_month=_figures(forecast.revenue_by_month),
        reasons=(),
    )


def _figures(revenue: Mapping[str, QuarterRevenue]) -> Mapping[str, QuarterRevenue]:
    return {name: replace(found, reasons=()) for name, found in revenue.items()}
