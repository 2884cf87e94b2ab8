"""A quarter lived through day by day: each day's reports are made from what the days before left, as GitLab would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

from bot.config import Settings
from bot.derive.past_memory import Memory
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import Derived
from bot.domain.calendar import WorkCalendar
from bot.domain.model import PastReport, Portfolio, Reply
from bot.report import ReportContext, make_documents
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.schedule import reports_due

Key = tuple[str, str, str | None, str, bool]
TRIALS = 200


@dataclass
class Post:
    """What stands in GitLab for one report of one period, and the days on which it was written."""

    document: Document
    written: list[date]
    pm_notes: str = ""
    replies: list[Reply] = field(default_factory=list)

    @property
    def url(self) -> str:
        d = self.document
        return f"https://gitlab.example.com/{d.kind}/{d.engagement or 'all'}/{d.period}".replace("&", "-")


@dataclass
class Desk:
    """The memory that GitLab is: posts by what they are, and each day's published colour of every engagement."""

    posts: dict[Key, Post] = field(default_factory=dict)
    colours: dict[tuple[str, date], str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def take(self, documents: Iterable[Document], day: date) -> None:
        """Write what is new, and what says something else than what stands (as `publish` does)."""
        for document in documents:
            key = (*document.key, document.draft)
            if key not in self.posts:
                self.posts[key] = Post(document, [day])
            elif self.posts[key].document.fingerprint != document.fingerprint:
                self.posts[key].document = document
                self.posts[key].written.append(day)

    def stands(self, document: Document) -> str:
        """The fingerprint of what stands for a document; "" for nothing."""
        post = self.posts.get((*document.key, document.draft))
        return post.document.fingerprint if post else ""

    def note_colours(self, day: date) -> None:
        """Which colour the status of each engagement says on `day`: the one of the latest period."""
        for post in self.of("status"):
            if post.document.engagement:
                self.colours[post.document.engagement, day] = str(post.document.payload["status"]["overall"])

    def of(self, kind: str, audience: str = "internal", ref: str | None = None) -> list[Post]:
        """The posts of a kind, oldest first; `ref`: of one engagement."""
        found = [p for p in self.posts.values() if (p.document.kind, p.document.audience) == (kind, audience)]
        return sorted((p for p in found if ref in (None, p.document.engagement)), key=lambda p: p.document.period)

    def past(self) -> tuple[PastReport, ...]:
        return tuple(
            PastReport(
                d.kind, d.audience, d.period, d.engagement, d.payload, post.url, post.pm_notes, tuple(post.replies)
            )
            for post in self.posts.values()
            if not (d := post.document).draft
        )


def live_through(
    portfolio: Portfolio,
    settings: Settings,
    templates: Templates,
    first: date,
    last: date,
    meanwhile: Callable[[Desk, date], None],
) -> Desk:
    """Run the job on every day; `meanwhile` is what people do in GitLab after each run."""
    calendar, desk = WorkCalendar(), Desk()
    known: dict[date, Derived] = {}
    memory = Memory()
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        derive = partial(_derive, portfolio, settings, calendar, known, memory)
        context = ReportContext(
            portfolio, settings, calendar, derive, templates, settings.audience_of, past=desk.past(), stands=desk.stands
        )
        made = make_documents(reports_due(settings, calendar, day, desk.past()), context)
        desk.faults += made.faults
        desk.take(made.documents, day)
        desk.note_colours(day)
        meanwhile(desk, day)
    return desk


def _derive(
    portfolio: Portfolio,
    settings: Settings,
    calendar: WorkCalendar,
    known: dict[date, Derived],
    memory: Memory,
    day: date,
) -> Derived:
    if day not in known:
        known[day] = derive_portfolio(portfolio, day, settings, calendar, trials=TRIALS, memory=memory)
    return known[day]


def some_of(portfolio: Portfolio, words: Iterable[str]) -> Portfolio:
    """The engagements whose title holds one of `words`."""
    wanted = tuple(e for e in portfolio.engagements if any(word in e.title for word in words))
    return replace(portfolio, engagements=wanted)
