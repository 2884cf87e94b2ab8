"""The load page: who is over, who is free when, by week, soft bookings apart."""

from __future__ import annotations

import re
from datetime import date

from bot.derive import derive_portfolio
from bot.report.site import make_site
from tests.builders import CALENDAR, make_booking, make_engagement, make_portfolio, make_settings

DAY = date(2026, 11, 23)
PEOPLE = {"bob": {"away": ["2026-11-30..2026-12-04"]}, "idle": {}, "mei": {"partner": "Kumo"}}


def load_page(**settings: object) -> str:
    bookings = [
        make_booking("2026-W48", 48, "ann"),
        make_booking("2026-W49", 20, "bob"),
        make_booking("2026-W48", 16, "bob", "soft"),
    ]
    portfolio = make_portfolio(make_engagement(bookings=bookings))
    made = make_settings(people=PEOPLE, **settings)
    derived = derive_portfolio(portfolio, DAY, made, CALENDAR, forecast=False)
    return make_site(portfolio, derived, (), made, CALENDAR)["load.html"]


def items(page: str, heading: str) -> list[str]:
    part = page.partition(f'id="{heading}"')[2].partition("</section>")[0]
    return [re.sub(r"<[^>]+>", "", item) for item in re.findall(r"<li>(.*?)</li>", part)]


def test_who_is_over_is_named_by_week() -> None:
    assert items(load_page(), "over") == [
        "ann, 2026-W48: 48 h booked, 40 h there",
        "bob, 2026-W49: 20 h booked, 0 h there",
    ]


def test_who_is_free_is_named_by_week_soft_bookings_apart_and_partners_people_not() -> None:
    found = items(load_page(), "free")
    assert found == ["idle: W48: 40 h, W49: 40 h", "ann: W49: 40 h", "bob: W48: 40 h (16 h soft)"]


def test_without_bookings_there_is_no_page() -> None:
    portfolio = make_portfolio(make_engagement())
    derived = derive_portfolio(portfolio, DAY, make_settings(), CALENDAR, forecast=False)
    assert "load.html" not in make_site(portfolio, derived, (), make_settings(), CALENDAR)
