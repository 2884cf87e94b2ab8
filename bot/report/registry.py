"""What a report declares of itself, and the collection of all of them: a new file in `kinds/` is a new report."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from bot.config import ReportSection, Settings
from bot.derive.decisions.due import ASKED_FOR, Due, Rhythm, always
from bot.domain.messages import NOTHING, Phrase
from bot.domain.vocabulary import Audience
from bot.report import kinds
from bot.report.context import ReportContext
from bot.report.document import Document, RenderedFile
from bot.report.parts.sections import TextSection, issue_of_sections, note_of_sections


class ReportPlace(StrEnum):
    """Where a report stands."""

    ENGAGEMENT = "engagement"
    """A thread on the engagement, or on its `internal` target."""
    CUSTOMER_CHANNEL = "customer channel"
    """First a draft in the internal channel, then the engagement's `customer_channel`."""
    PORTFOLIO = "portfolio"
    """An issue in the report's project."""
    FILE = "file"
    """A file to hand over; never published, made on request only."""


Subjects = Callable[[Due, ReportContext], Iterable[str | None]]
Make = Callable[[Due, ReportContext, str | None], Document | None]


def whole_portfolio(due: Due, context: ReportContext) -> Iterable[str | None]:
    """The subject of a report on all engagements: one, without a reference; none in a run limited to one engagement."""
    return () if context.only is not None else (None,)


def _is_before_us(due: Due, context: ReportContext) -> bool:
    """Whether the period ended before psbot knew of anything: nobody misses an empty roll-up of it."""
    if due.kind not in ("monthly", "quarterly") or due.reason == ASKED_FOR:
        return False
    return not context.derive(due.as_of).engagements and not context.past_of(due.kind, None)


def each_engagement(due: Due, context: ReportContext) -> Iterable[str | None]:
    """The subjects of a report on each engagement that this run serves."""
    return (derived.ref for derived in context.served(due.as_of))


@dataclass(frozen=True, kw_only=True)
class Report:
    """A kind of report: how it recurs, where it stands, for whom, on what it is made (references; None for the portfolio), and how.

    It is laid out by `sections`, or made by `make` with a `template` of its own. `make` gives None where there is nothing to say
    on a subject, such as a customer who reads no channel.
    """

    kind: str
    name: str = ""
    """Where it is called otherwise than its kind."""
    place: ReportPlace = ReportPlace.PORTFOLIO
    rhythm: Rhythm | None = None
    """None: once, on its occasion."""
    occasion: str = "when an engagement completes"
    config: type[ReportSection] | None = None
    """Its section under `reports:`; a file has none."""
    section: str = ""
    """The section whose day it follows, where it has none of its own."""
    readers: str = ""
    """Who reads it, for the documentation."""
    is_asked: Callable[[Settings], bool] = always
    """Whether the config asks for it, beside `enabled` and a project."""
    subjects: Subjects | None = None
    title: Phrase = NOTHING
    """Of an issue that is laid out by sections; `{period}` is filled."""
    sections: tuple[TextSection, ...] = ()
    template: str = ""
    """Of what `make` builds, where that is not called like the kind (and a customer's `customer-` and the kind)."""
    make: Make | None = None
    file: Callable[[Due, ReportContext], RenderedFile | None] | None = None
    """Makes the file of a report that is one."""
    arguments: str = ""
    """What `--report` needs beside it."""
    has_slides: bool = False
    """Whether `psbot deck` makes slides of it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.kind)
        if self.file is not None:
            object.__setattr__(self, "place", ReportPlace.FILE)
        if self.make is not None:
            prefix = "customer-" if self.audience is Audience.CUSTOMER else ""
            object.__setattr__(self, "template", self.template or f"{prefix}{self.kind}.md.j2")

    @property
    def audience(self) -> Audience:
        return Audience.CUSTOMER if self.place is ReportPlace.CUSTOMER_CHANNEL else Audience.INTERNAL

    @property
    def is_published(self) -> bool:
        return self.place is not ReportPlace.FILE

    def subjects_of(self, due: Due, context: ReportContext) -> Iterable[str | None]:
        if not self.is_published:
            return ()
        default = whole_portfolio if self.place is ReportPlace.PORTFOLIO else each_engagement
        return (self.subjects or default)(due, context)

    def document(self, due: Due, context: ReportContext, subject: str | None) -> Document | None:
        if self.place is ReportPlace.PORTFOLIO and _is_before_us(due, context):
            return None
        if self.make is not None:
            return self.make(due, context, subject)
        if self.place is ReportPlace.PORTFOLIO:
            return issue_of_sections(self.title, self.sections, due, context)
        return note_of_sections(self.title, self.sections, due, context, subject or "")


@cache
def all_reports() -> tuple[Report, ...]:
    """Every report, in the order in which they are made: weekly ones first, of an engagement before the portfolio's."""
    names = [found.name for found in pkgutil.iter_modules(kinds.__path__)]
    found = [importlib.import_module(f"{kinds.__name__}.{name}").REPORT for name in names]
    return tuple(sorted(found, key=_order))


def _order(report: Report) -> tuple[int, int, str, str]:
    from bot.derive.decisions.due import MONTHLY, QUARTERLY, WEEKLY

    rhythms = (WEEKLY, MONTHLY, QUARTERLY)
    rank = rhythms.index(report.rhythm) if report.rhythm in rhythms else len(rhythms)
    return rank, list(ReportPlace).index(report.place), report.kind, report.audience


def kinds_of_reports() -> tuple[str, ...]:
    """The names by which `--report` asks for one."""
    return tuple(dict.fromkeys(report.kind for report in all_reports()))


def kinds_at(*places: ReportPlace) -> frozenset[str]:
    return frozenset(report.kind for report in all_reports() if report.place in places)


def config_sections() -> dict[str, type[ReportSection]]:
    """The section of each kind under `reports:`."""
    return {report.kind: report.config for report in all_reports() if report.config is not None}


def report_of(kind: str) -> Report:
    """The first report of a kind. Raises StopIteration for a kind that is none."""
    return next(report for report in all_reports() if report.kind == kind)
