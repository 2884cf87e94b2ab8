"""A page that is safe to hand to a customer: made from `CustomerFacts`, the allow-list of the customer's report, alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from html import unescape

from markdown_it import MarkdownIt

from bot.config import Settings
from bot.derive.decisions.due import Due
from bot.derive.results import Derived, MilestoneStatus
from bot.domain.calendar import WorkCalendar, week_of
from bot.domain.frozen import frozen
from bot.domain.model import Portfolio
from bot.domain.vocabulary import MilestoneState
from bot.report.context import ReportContext
from bot.report.environment import Templates
from bot.report.kinds.customer import CustomerFacts, customer_facts
from bot.report.parts.next_steps import StepView
from bot.report.parts.rows import MilestoneView
from bot.report.parts.shared import CustomerRisk, Waiting
from bot.report.site.draw import SlipChart, draw_slips
from bot.report.site.site_data import Site
from bot.report.text.safe_text import JOINER, SafeMarkdown
from bot.report.text.wording import Words, load_words

STATE_OF = {"on_plan": "on_track", "new_plan": "on_track"}
_INLINE = MarkdownIt("zero").enable(["escape", "entity", "link", "backticks", "emphasis"])


@frozen
class Shown:
    """A safe text as a customer sees it: words, and the address of the one link that psbot may have put on it."""

    text: str
    url: str = ""


def shown(text: SafeMarkdown) -> Shown:
    """Our own inline Markdown as plain words and an address; the page's template escapes both."""
    html = _INLINE.renderInline(text)
    link = re.fullmatch(r'<a href="([^"]*)">.*</a>', html)
    plain = unescape(re.sub(r"<[^>]+>", "", html)).replace(JOINER, "")
    return Shown(plain, unescape(link[1]) if link else "")


@frozen
class CustomerPage:
    """All that the customer's template is given."""

    facts: CustomerFacts
    name: Shown
    standing: str
    undecided: Sequence[Shown]
    absences: Sequence[str]
    as_of_line: str
    milestones: Sequence[tuple[Shown, MilestoneView]]
    slips: SlipChart | None
    finished: Sequence[Shown]
    steps: Sequence[tuple[Shown, StepView]]
    waiting: Sequence[tuple[Shown, Waiting]]
    risks: Sequence[tuple[Shown, CustomerRisk]]


def customer_view(site: Site, ref: str, words: Words) -> CustomerPage:
    """What the customer's page shows. Raises UsageError where there is no such engagement."""
    facts = _facts(site, ref, words)
    today = site.derived.as_of
    return CustomerPage(
        facts=facts,
        name=shown(facts.name),
        standing=shown(facts.state).text if facts.state else "",
        undecided=[shown(line) for line in facts.undecided],
        absences=[shown(line).text for line in facts.absences],
        as_of_line=shown(facts.as_of_line).text,
        milestones=[(shown(m.title), m) for m in facts.milestones],
        slips=draw_slips([_milestone(m) for m in facts.milestones], today),
        finished=[shown(text) for text in facts.finished],
        steps=[(shown(step.what), step) for step in facts.steps],
        waiting=[(shown(item.what), item) for item in facts.waiting],
        risks=[(shown(risk.what), risk) for risk in facts.risks],
    )


def customer_facts_of(
    portfolio: Portfolio, derived: Derived, settings: Settings, calendar: WorkCalendar, ref: str
) -> CustomerFacts:
    """What a customer may know of an engagement, outside of a page. Raises UsageError where there is no such engagement."""
    words = load_words(settings.reports.locale, derived.currency)
    return _facts(Site(portfolio, derived, (), settings, calendar), ref, words)


def _facts(site: Site, ref: str, words: Words) -> CustomerFacts:
    day = site.derived.as_of
    context = ReportContext(
        portfolio=site.portfolio,
        settings=site.settings,
        calendar=site.calendar,
        derive=lambda _: site.derived,
        templates=Templates(words),
        audience_of=site.settings.audience_of,
    )
    derived = site.row(ref).derived
    return customer_facts(context, derived, site.engagements[ref], Due("status", week_of(day), day), day)


def _milestone(view: MilestoneView) -> MilestoneStatus:
    closed: date | None = view.forecast if view.done else None
    return MilestoneStatus(
        shown(view.title).text,
        baseline=view.baseline,
        due=view.due,
        forecast=view.forecast,
        closed=closed,
        state=MilestoneState(STATE_OF.get(view.state, view.state)),
    )
