"""Every report of the demo portfolio, from GitLab's answers to the text: read, derived, rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from bot.app.config_names import full_vocabulary
from bot.config import parse_config
from bot.demo import DEMO_CONFIG, make_portfolio
from bot.derive.past_memory import Memory
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived
from bot.domain.model import Engagement, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from bot.report import ReportContext, make_documents
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.partner import partner_views
from bot.report.registry import report_of
from bot.report.schedule import forced
from bot.report.text.wording import load_words
from fakegitlab import DemoGitLab

DAY = date(2026, 11, 20)
TRIALS = 200


@dataclass(frozen=True)
class DemoReports:
    """What the demo's config asks for, in one language."""

    context: ReportContext

    def documents(self, kind: str) -> tuple[Document, ...]:
        made = make_documents(forced(self.context.settings, self.context.calendar, kind, None, DAY), self.context)
        assert made.faults == ()
        return made.documents

    def hand_over(self) -> str:
        due = forced(self.context.settings, self.context.calendar, "partner", None, DAY)
        partner = partner_views(self.context, due.as_of, due.period)[0].partner
        report = report_of("partner")
        file = report.file(due, replace(self.context, partner=partner)) if report.file else None
        assert file is not None
        return file.text

    def in_language(self, locale: str) -> DemoReports:
        return DemoReports(replace(self.context, templates=Templates(load_words(locale, "USD"))))


@cache
def demo_reports() -> DemoReports:
    """Read once for all tests that look at them."""
    with DemoGitLab(make_portfolio(DAY)) as gitlab:
        settings = parse_config(DEMO_CONFIG(DAY, gitlab.url), "config.yml", full_vocabulary())
        portfolio = with_approvers(read_portfolio(GitLabClient(gitlab.url, gitlab.token), settings, today=DAY))
    closeout = settings.reports.closeout.model_copy(update={"csat": True})
    settings = settings.model_copy(update={"reports": settings.reports.model_copy(update={"closeout": closeout})})
    calendar, memory = settings.work_calendar(range(2023, 2031)), Memory()

    @cache
    def derive(day: date) -> Derived:
        return derive_portfolio(portfolio, day, settings, calendar, trials=TRIALS, memory=memory)

    templates = Templates(load_words("en_US", "USD"))
    return DemoReports(ReportContext(portfolio, settings, calendar, derive, templates, settings.audience_of))


def with_approvers(portfolio: Portfolio) -> Portfolio:
    """The portfolio as if each SOW named the customer's approver, and nobody had rated the work yet."""

    def named(e: Engagement) -> Engagement:
        items = tuple(replace(i, labels=tuple(x for x in i.labels if not x.startswith("csat::"))) for i in e.items)
        return replace(e, facts=replace(e.facts, acceptance=("jo.customer",)), items=items)

    return replace(portfolio, engagements=tuple(named(e) for e in portfolio.engagements))


def settled(text: str) -> str:
    """The text without the port of the simulated GitLab."""
    return re.sub(r"127\.0\.0\.1:\d+", "gitlab.example.com", text)
