"""The portfolio as web pages: one folder of static files, readable from a disk, a CI artifact or GitLab Pages.

No page loads anything: style, script and charts stand in it, and its content security policy allows nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial
from html import escape

from bot.config import Settings
from bot.derive.forecast.record.accuracy import Accuracy
from bot.derive.results import Derived
from bot.derive.served import served
from bot.domain.border import one_line
from bot.domain.bulkhead import contained
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import UsageError
from bot.domain.model import Portfolio
from bot.domain.vocabulary import Audience
from bot.report.schedule import coming
from bot.report.site.calendar_file import calendar_file
from bot.report.site.customer import customer_view
from bot.report.site.pages import engagement_view, portfolio_view
from bot.report.site.plainwords import PlainWords
from bot.report.site.render import PageRenderer
from bot.report.site.site_data import Row, Site
from bot.report.text.wording import load_words

__all__ = ["WEEKS_SHOWN", "make_site"]

CALENDAR_FILE = "milestones.ics"
REPORT_DAYS = 10
"""So many of the next reports stand in the calendar of all engagements."""
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
    audience: Audience = Audience.INTERNAL,
    only: str | None = None,
    accuracy: Accuracy | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, str]:
    """File name → HTML. `earlier` are past states (weekly, any order) for trends; `only` limits to one engagement.

    `audience="customer"` with `only` makes a page that holds nothing but what a customer may read.
    A page that can't be made is told to `tell`, and says so in its place. Raises UsageError for a customer's page without an
    engagement, or for one that was not read.
    """

    if audience not in tuple(Audience):
        raise UsageError(f"no audience {audience!r}", advice="Name internal or customer.")

    def listed(part: Derived) -> Derived:
        """The same, once every engagement has its row."""
        _ = Site(portfolio, part, earlier, settings, calendar).rows
        return part

    if tell is not None:
        derived = served(derived, "the page", listed, tell) or replace(derived, engagements=())
    site = Site(portfolio, derived, earlier, settings, calendar, accuracy)
    pages = _pages(settings.reports.locale, derived.currency)
    if audience == Audience.CUSTOMER:
        if only is None:
            raise UsageError("a customer's page is about one engagement", advice="Name it with --only REF.")
        words = pages.words.words
        page = _page(lambda: pages.render("customer.html.j2", customer_view(site, only, words)), only, tell)
        return {"index.html": page, CALENDAR_FILE: _calendar(_only(derived, only), tell, customer=True)}
    if only is not None:
        page = _page(
            lambda: pages.render("engagement.html.j2", engagement_view(site, site.row(only), home=None)), only, tell
        )
        return {"index.html": page, CALENDAR_FILE: _calendar(_only(derived, only), tell)}
    files = {row.href: _page(partial(_engagement_page, pages, site, row), row.derived.ref, tell) for row in site.rows}
    calendars = {_calendar_of(row.href): _calendar(_only(derived, row.derived.ref), tell) for row in site.rows}
    index = _overview(pages, site, "portfolio.html.j2", "index.html", tell)
    load = {LOAD_PAGE: _overview(pages, site, "load.html.j2", LOAD_PAGE, tell)}
    if not derived.portfolio.capacity:
        load = {}
    reports = coming(settings, calendar, derived.as_of)[:REPORT_DAYS]
    return {"index.html": index, **load, CALENDAR_FILE: _calendar(derived, tell, reports=reports), **files, **calendars}


def _engagement_page(pages: PageRenderer, site: Site, row: Row) -> str:
    return pages.render("engagement.html.j2", engagement_view(site, row))


def _overview(pages: PageRenderer, site: Site, template: str, name: str, tell: Callable[[str], None] | None) -> str:
    """A page of all engagements; one that it fails on is named, and the page is made of the others."""

    def made(part: Derived) -> str:
        return pages.render(template, portfolio_view(replace(site, derived=part), pages.words))

    if tell is None:
        return made(site.derived)
    return served(site.derived, f"the page {name}", made, tell) or _page(
        lambda: made(site.derived), name, lambda why: None
    )


def _calendar(
    derived: Derived,
    tell: Callable[[str], None] | None,
    *,
    customer: bool = False,
    reports: Sequence[tuple[str, date]] = (),
) -> str:
    """The calendar, without the engagements that it fails on, which are named."""

    def made(part: Derived) -> str:
        return calendar_file(part, customer=customer, reports=reports)

    empty = calendar_file(replace(derived, engagements=()))
    return (served(derived, f"the file {CALENDAR_FILE}", made, tell) or empty) if tell else made(derived)


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
def _pages(locale: str, currency: str) -> PageRenderer:
    """Compiled once: a catalog and five templates take longer than the pages themselves."""
    return PageRenderer(PlainWords(load_words(locale, currency)))
