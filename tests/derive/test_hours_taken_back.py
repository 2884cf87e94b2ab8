"""Negative totals of hours: the entry is named elsewhere; nothing is divided by them and no forecast is lost."""

from __future__ import annotations

from datetime import date

import pytest

from bot.config import parse_config
from bot.derive.catalog import vocabulary
from bot.derive.pipeline import derive_portfolio
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Portfolio
from tests.builders import make_engagement, make_item, make_log

CONFIG = "portfolio: {namespaces: {acme: internal}}\n"


@pytest.mark.parametrize("hours", [-1e-9, -8, -40, -40.000001, -4000])
def test_more_hours_taken_back_than_logged_leave_a_forecast(hours: float) -> None:
    engagement = make_engagement(
        items=[make_item(n) for n in range(1, 6)], timelogs=[make_log(None, hours, "2026-10-05")]
    )
    (derived,) = derive_portfolio(
        Portfolio((engagement,)),
        date(2026, 11, 20),
        parse_config(CONFIG, "c.yml", vocabulary()),
        WorkCalendar(),
        trials=100,
    ).engagements
    assert not derived.errors
    assert derived.forecast.finish.p50 is not None
