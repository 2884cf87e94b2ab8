"""All texts of the derived sample portfolio, made once: what tests of figures and of wording read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from bot.config import Settings, parse_config
from bot.demo import DEMO_CONFIG, make_portfolio
from bot.derive.catalog import vocabulary
from bot.derive.past_memory import Memory
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived, EngagementDerived
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from bot.report import ReportContext, make_documents
from bot.report.document import Document, customer_text
from bot.report.environment import Templates
from bot.report.schedule import forced
from bot.report.text.wording import Words, load_words
from fakegitlab import DemoGitLab
from tests.demo.hostile import make_hostile_portfolio

DAY = date(2026, 11, 20)
OTHERS = (date(2026, 8, 14), 2), (date(2027, 2, 9), 5)
"""Portfolios that nobody looked at when the texts were written."""
ROLL_UPS = ("portfolio", "monthly", "quarterly")


@dataclass(frozen=True)
class Voice:
    """The portfolio as it is told; `days` are those as of which anything was derived for it."""

    day: date
    portfolio: Portfolio
    settings: Settings
    calendar: WorkCalendar
    words: Words
    context: ReportContext
    days: dict[date, Derived] = field(default_factory=dict)
    documents: dict[str, tuple[Document, ...]] = field(default_factory=dict)

    def made(self, kind: str) -> tuple[Document, ...]:
        if kind not in self.documents:
            found = make_documents(forced(self.settings, self.calendar, kind, None, self.day), self.context)
            assert found.faults == ()
            self.documents[kind] = found.documents
        return self.documents[kind]

    def status(self, audience: str) -> Iterator[tuple[EngagementDerived, str]]:
        """Each engagement with its weekly status; of the customer's the part that the customer reads."""
        for document in self.made("status"):
            if document.audience == audience and document.engagement:
                derived = self.context.derived(document.engagement, self.day)
                assert derived is not None
                yield derived, customer_text(document.body) or document.body


@cache
def demo_voice(locale: str = "en_US", today: date = DAY, seed: int = 0) -> Voice:
    """`seed` 0 is the portfolio with hostile titles; any other draws another portfolio."""
    made = make_portfolio(today, seed) if seed else make_hostile_portfolio(today)
    with DemoGitLab(made) as gitlab:
        config = DEMO_CONFIG(today, gitlab.url, seed) if seed else DEMO_CONFIG(today, gitlab.url)
        settings = parse_config(config, "config.yml", vocabulary())
        portfolio = read_portfolio(GitLabClient(gitlab.url, gitlab.token), settings, today=today)
    calendar, memory = settings.work_calendar(range(2023, 2031)), Memory()
    days: dict[date, Derived] = {}

    def derive(day: date) -> Derived:
        if day not in days:
            days[day] = derive_portfolio(portfolio, day, settings, calendar, trials=500, memory=memory)
        return days[day]

    words = load_words(locale, "USD")
    context = ReportContext(portfolio, settings, calendar, derive, Templates(words), settings.audience_of)
    return Voice(today, portfolio, settings, calendar, words, context, days)
