"""Every kind of report in German, made of what bot.derive really says: no English sentence is left in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from bot.derive.decisions.due import Due
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived
from bot.domain.calendar import month_of, week_of
from bot.domain.messages import Phrase
from bot.domain.model import Engagement, Portfolio
from bot.report import ReportContext, make_documents
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.partner import make_handover
from bot.report.sample import DONE, sample_context, sample_portfolio, sample_settings
from bot.report.text.catalogs import SHIPPED, read_catalog
from bot.report.text.safe_text import neutralise
from bot.report.text.wording import load_words
from tests.builders import CALENDAR, PROJECT, make_item
from tests.derive.checks.troubled import DAY, troubled_subject
from tests.report.said import english_forms

Golden = Callable[[str, str], None]
TROUBLED = "acme/customers/globex&7"
QUARTER = CALENDAR.fiscal_quarter(DAY)
DUES = {
    due.kind: due
    for due in (
        Due("status", week_of(DAY), DAY),
        Due("portfolio", week_of(DAY), DAY),
        Due("monthly", month_of(DAY), DAY),
        Due("quarterly", QUARTER, DAY),
        Due("closeout", week_of(DAY), DAY),
        Due("partner", month_of(DAY), DAY),
    )
}


def _troubled() -> Engagement:
    """Nearly everything went wrong, and is told by labels and blocks as in GitLab."""
    engagement = troubled_subject().engagement
    more = (
        make_item(70, title="Runner host is late", labels=("PS RAID Log", "PS Risk", "impact::4", "probability::4")),
        make_item(71, title="Order it", labels=("PS RAID Log", "PS Action"), due_date="2027-01-18"),
        make_item(
            72,
            title="Angry CIO",
            labels=("Escalated", "severity::critical"),
            created_at="2027-01-11",
            updated_at="2027-01-18",
        ),
        make_item(60, title="More repos", labels=("change-order::proposed",), created_at="2026-12-01"),
    )
    facts = replace(
        engagement.facts,
        internal="acme/ps-internal&70",
        customer_channel=f"{PROJECT}#1",
        key=True,
        pm="dana",
        partner="Initech",
    )
    return replace(engagement, facts=facts, items=(*engagement.items, *more), labels=("PSProject", "health::on track"))


@cache
def _derived(day: date, forecast: bool) -> Derived:
    portfolio = Portfolio((_troubled(), *sample_portfolio().engagements))
    return derive_portfolio(portfolio, day, sample_settings(), CALENDAR, trials=200, forecast=forecast)


def context(locale: str = "de_DE", forecast: bool = False) -> ReportContext:
    base = sample_context(Templates(load_words(locale, "EUR")), sample_settings())
    portfolio = Portfolio((_troubled(), *sample_portfolio().engagements))
    return replace(base, portfolio=portfolio, derive=lambda day: _derived(day, forecast))


def documents(kind: str, forecast: bool = False) -> tuple[Document, ...]:
    made = make_documents(DUES[kind], context(forecast=forecast))
    assert [str(fault) for fault in made.faults] == []
    return made.documents


def _english_left(text: str) -> list[str]:
    """Wording of messages between their places that stands in `text`."""
    forms = read_catalog(SHIPPED / "de.po").forms
    german = "\n".join(text for translated in forms.values() for text in translated)
    pieces = {piece for english in english_forms() for piece in re.split(r"\{\w+\}", english)}
    telling = (piece for piece in pieces if len(piece) >= 10 and " " in piece.strip() and piece not in german)
    return sorted(piece for piece in telling if piece in text or neutralise(piece) in text)


@pytest.mark.parametrize(
    ("kind", "audience", "ref"),
    [
        ("status", "internal", TROUBLED),
        ("status", "customer", TROUBLED),
        ("portfolio", "internal", None),
        ("monthly", "internal", None),
        ("quarterly", "internal", None),
        ("closeout", "internal", DONE),
    ],
)
def test_a_german_report_reads_as_approved(golden: Golden, kind: str, audience: str, ref: str | None) -> None:
    found = next(d for d in documents(kind) if (d.audience, d.engagement) == (audience, ref))
    golden(f"translated-{kind}-{audience}.de.md", f"{found.title}\n\n{found.body}")


@pytest.mark.parametrize("forecast", [False, True])
@pytest.mark.parametrize("kind", ["status", "portfolio", "monthly", "quarterly", "closeout"])
def test_no_english_sentence_is_left_in_a_german_report(kind: str, forecast: bool) -> None:
    made = documents(kind, forecast)
    assert made
    assert [(d.audience, _english_left(d.body)) for d in made if _english_left(d.body)] == []


def test_no_english_sentence_is_left_in_a_german_hand_over() -> None:
    made = make_handover(DUES["partner"], context(), "Initech")
    assert made is not None
    assert _english_left(made.text) == []


def test_english_that_is_left_would_be_seen() -> None:
    action = Phrase("Name the PM (`pm:` in the facts) or assign the engagement.")
    assert _english_left(str(neutralise(str(action)))) == [str(action)]
    assert _english_left("x Milestones without a due date: 3; 2 items are blocked and not moving; y") != []
