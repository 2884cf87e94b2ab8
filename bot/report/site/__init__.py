"""The portfolio as web pages: one folder of static files, readable from a disk, a CI artifact or GitLab Pages.

No page loads anything: style, script and charts stand in it, and its content security policy allows nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from html import escape

from bot.config import Settings
from bot.derive.forecast.accuracy import Accuracy
from bot.derive.results import Derived
from bot.domain.border import one_line
from bot.domain.bulkhead import contained
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import UsageError
from bot.domain.model import Portfolio
from bot.report.site.calendar_file import calendar_file
from bot.report.site.customer import customer_view
from bot.report.site.pages import engagement_view, portfolio_view
from bot.report.site.plainwords import PlainWords
from bot.report.site.render import Pages
from bot.report.site.views import Row, Site
from bot.report.text.wording import load_words

__all__ = ["WEEKS_SHOWN", "make_site"]

CALENDAR_FILE = "milestones.ics"
LOAD_PAGE = "load.html"
WEEKS_SHOWN = 8
"""So many weekly states before today's are worth deriving: trends and milestone forecasts show no more."""


def make_site(
    portfolio: Portfolio,
    derived: Derived,
    earlier: Sequence[Derived],
    settings: Settings,
    calendar: WorkCalendar,
    *,
    audience: str = "internal",
    only: str | None = None,
    accuracy: Accuracy | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """File name → HTML. `earlier` are past states (weekly, any order) for trends; `only` limits to one engagement.

    `audience="customer"` with `only` makes a page that holds nothing but what a customer may read.
    A page that can't be made is told to `tell`, and says so in its place. Raises UsageError for a customer's page without an
    engagement, or for one that was not read.
    """
    if audience not in ("internal", "customer"):
        raise UsageError(f"no audience {audience!r}", advice="Name internal or customer.")
    site = Site(portfolio, derived, earlier, settings, calendar, accuracy)
    pages = _pages(settings.reports.locale, derived.currency)
    if audience == "customer":
        if only is None:
            raise UsageError("a customer's page is about one engagement", advice="Name it with --only REF.")
        page = pages.render("customer.html.j2", customer_view(site, only, pages.words.words))
        return {"index.html": page, CALENDAR_FILE: calendar_file(_only(derived, only), customer=True)}
    if only is not None:
        page = pages.render("engagement.html.j2", engagement_view(site, site.row(only), home=None))
        return {"index.html": page, CALENDAR_FILE: calendar_file(_only(derived, only))}
    files = {row.href: _page(partial(_engagement_page, pages, site, row), row.derived.ref, tell) for row in site.rows}
    calendars = {
        _calendar_of(row.href): _page(partial(_own_calendar, derived, row), row.derived.ref, tell) for row in site.rows
    }
    index = _page(lambda: pages.render("portfolio.html.j2", portfolio_view(site, pages.words)), "index.html", tell)
    load = {LOAD_PAGE: _page(lambda: pages.render("load.html.j2", portfolio_view(site)), LOAD_PAGE, tell)}
    if not derived.portfolio.capacity:
        load = {}
    return {"index.html": index, **load, CALENDAR_FILE: calendar_file(derived), **files, **calendars}


def _engagement_page(pages: Pages, site: Site, row: Row) -> str:
    return pages.render("engagement.html.j2", engagement_view(site, row))


def _own_calendar(derived: Derived, row: Row) -> str:
    return calendar_file(_only(derived, row.derived.ref))


def _page(make: Callable[[], str], name: str, tell: Callable[[str], None] | None) -> str:
    """A page, or the sentence that stands in its place."""
    if tell is None:
        return make()
    said: list[str] = []
    text = contained(make, said.append, "")
    for why in said:
        tell(f"the page of {name} could not be made ({why})")
        text = f"<!doctype html><meta charset=utf-8><title>psbot</title><p>{escape(one_line(name))}: {escape(why)}"
    return text


def _only(derived: Derived, ref: str) -> Derived:
    return replace(derived, engagements=tuple(e for e in derived.engagements if e.ref == ref))


def _calendar_of(page: str) -> str:
    return page.removesuffix(".html") + ".ics"


@cache
def _pages(locale: str, currency: str) -> Pages:
    """Compiled once: a catalog and five templates take longer than the pages themselves."""
    return Pages(PlainWords(load_words(locale, currency)))
