"""What many engagements share is made once, and says the same as when each is derived for itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.derive import DAY, make_portfolio
from bot.config import Settings
from bot.derive.past_forecast import PastForecasts
from bot.derive.pipeline import derive_portfolio
from bot.derive.reports_about import ReportsAbout
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience

SETTINGS = Settings.model_validate({"portfolio": {"namespaces": {"acme/ps-internal": "internal"}}})
CALENDAR = SETTINGS.work_calendar(range(2025, 2029))


@pytest.mark.parametrize("weeks", [0, 3, 6])
def test_an_engagements_past_forecast_is_that_of_the_whole_portfolio(weeks: int) -> None:
    portfolio, day = make_portfolio(3), DAY - timedelta(weeks=weeks)
    whole = derive_portfolio(portfolio, day, SETTINGS, CALENDAR, trials=200)
    forecasts = PastForecasts(portfolio, DAY, SETTINGS, CALENDAR)
    finishes = {e.ref: e.forecast.finish for e in whole.engagements}
    assert finishes
    assert {ref: found.finish for ref in finishes if (found := forecasts.of(ref, day))} == finishes


def test_before_it_was_there_an_engagement_has_no_forecast() -> None:
    portfolio = make_portfolio(1)
    forecasts = PastForecasts(portfolio, DAY, SETTINGS, CALENDAR)
    assert forecasts.of(portfolio.engagements[0].ref, DAY - timedelta(days=3_000)) is None
    assert forecasts.of("acme/other#1", DAY) is None


def test_reports_on_an_engagement_are_its_own_and_the_portfolios_in_their_order() -> None:
    names: tuple[tuple[str, str | None], ...] = (("a", "x#1"), ("b", None), ("c", "x#2"), ("d", "x#1"), ("e", None))
    about = ReportsAbout(PastReport("status", Audience.INTERNAL, name, ref, {"name": name}) for name, ref in names)
    assert [report.period for report in about.of("x#1")] == ["a", "b", "d", "e"]
    assert [report.period for report in about.of("x#3")] == ["b", "e"]
    assert about.payloads("x#1") == [{"name": "a"}, {"name": "d"}]
