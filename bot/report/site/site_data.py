"""What the portfolio page shows, as values: rows, tiles, links. Templates lay them out and compute nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.config import Settings
from bot.derive.billing_results import Billing
from bot.derive.forecast.record.accuracy import Accuracy
from bot.derive.forecast.record.waterfall import to_the_unit
from bot.derive.money.invoicing import to_invoice
from bot.derive.money.rates import is_foreign
from bot.derive.results import (
    SEVERITIES,
    CapacityWeek,
    Derived,
    EngagementDerived,
    MilestoneStatus,
    PortfolioQuarter,
    Risk,
    Story,
    Waterfall,
)
from bot.derive.status_results import CameTrue
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import Engagement, Facts, Portfolio, as_of
from bot.domain.vocabulary import MilestoneState, Phase, Severity
from bot.report.parts.weeks import count_colours
from bot.report.site.page_names import page_names
from bot.report.text.safe_text import safe_url
from bot.report.worth import Revenue, worth_telling

TREND = 6
MOST_ATTENTION = 8
MOST_OF_ONE = 2


@frozen
class Link:
    """A reference with its address ("" where it is not known) and title."""

    text: str
    url: str
    title: str = ""


@frozen
class Row:
    """One engagement in the portfolio's table."""

    derived: EngagementDerived
    facts: Facts
    href: str
    trend: tuple[str, ...]
    worst: MilestoneStatus | None
    grave: int
    top_risk: Risk | None
    quarter: Revenue | None

    @property
    def search(self) -> str:
        """What the search field looks through."""
        d, f = self.derived, self.facts
        return " ".join(filter(None, (d.title, d.customer, d.ref, f.pm, f.region, f.partner, f.sow))).casefold()


@frozen
class Attention:
    """Something that waits for a decision: where, how grave, what, and what to do."""

    row: Row
    severity: str
    message: Text
    action: Text
    links: tuple[Link, ...]
    owner: str | None = None
    due: date | None = None


@frozen
class Invoices:
    """An engagement's money on its way to the invoice, and why some of it does not get there."""

    row: Row
    ready: float
    blocked: float
    leak: float
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class Site:
    """Everything that the pages are made of. `earlier` is oldest first and without today."""

    portfolio: Portfolio
    derived: Derived
    earlier: Sequence[Derived]
    settings: Settings
    calendar: WorkCalendar
    accuracy: Accuracy | None = None

    @cached_property
    def engagements(self) -> Mapping[str, Engagement]:
        """As they stood at the end of the as-of day, by reference."""
        then = as_of(self.portfolio, self.derived.as_of, self.calendar.zone)
        return {e.ref: e for e in then.engagements}

    @cached_property
    def past(self) -> tuple[Derived, ...]:
        """Earlier states and today's, oldest first."""
        before = {d.as_of: d for d in self.earlier if d.as_of < self.derived.as_of}
        return (*(before[day] for day in sorted(before)), self.derived)

    @cached_property
    def waterfall(self) -> Waterfall | None:
        """Why the running quarter's forecast changed, in whole units that add up."""
        found = self.derived.portfolio.waterfall
        return to_the_unit(found) if found and found.drivers else None

    @cached_property
    def quarter(self) -> str:
        return self.calendar.fiscal_quarter(self.derived.as_of).name

    @cached_property
    def quarters(self) -> tuple[tuple[str, PortfolioQuarter], ...]:
        return worth_telling(self.derived.portfolio.revenue).rows

    # -- links

    @cached_property
    def _places(self) -> Mapping[str, tuple[str, str]]:
        places: dict[str, tuple[str, str]] = {}
        for engagement in self.portfolio.engagements:
            places.update({item.ref: (item.web_url, item.title) for item in engagement.items})
            places.update({m.ref: (m.web_url, m.title) for m in engagement.milestones if m.ref})
        places.update({e.ref: (e.web_url, e.title) for e in self.portfolio.engagements})
        return places

    def link(self, ref: str) -> Link:
        url, title = self._places.get(ref, ("", ""))
        return Link(short_ref(ref), safe_url(url), title)

    def links(self, refs: Iterable[str], own: str = "") -> tuple[Link, ...]:
        """Evidence; what the page itself is about (`own`) needs no link to it."""
        return tuple(self.link(ref) for ref in dict.fromkeys(refs) if ref != own)

    # -- engagements

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        names = page_names(d.ref for d in self.derived.engagements)
        return tuple(self._row(d, names[d.ref]) for d in self.derived.engagements)

    def row(self, ref: str) -> Row:
        """The row of one engagement. Raises UsageError where it was not read."""
        found = next((row for row in self.rows if row.derived.ref == ref), None)
        if found is None:
            raise UsageError(f"no engagement {ref} was read", advice="Name it as `psbot status` lists it.")
        return found

    def _row(self, derived: EngagementDerived, href: str) -> Row:
        engagement = self.engagements.get(derived.ref)
        risks = derived.risks
        slipped = [m for m in derived.schedule.milestones if m.state != MilestoneState.DONE and m.slip_days is not None]
        return Row(
            derived=derived,
            facts=engagement.facts if engagement else Facts(),
            href=href,
            trend=tuple(self.colours(derived.ref)[-TREND:]),
            worst=max(slipped, key=lambda m: m.slip_days or 0, default=None),
            grave=sum(risk.severity in (Severity.HIGH, Severity.CRITICAL) for risk in risks),
            top_risk=risks[0] if risks else None,
            quarter=derived.forecast.revenue.get(self.quarter),
        )

    def history(self, ref: str) -> list[tuple[date, EngagementDerived]]:
        """What was derived of an engagement as of each date, oldest first."""
        return [(d.as_of, e) for d in self.past for e in d.engagements if e.ref == ref]

    def colours(self, ref: str) -> list[str]:
        return [e.status.overall for _, e in self.history(ref)]

    # -- the portfolio

    @cached_property
    def colours_now(self) -> dict[str, int]:
        """How many running engagements have each colour."""
        return count_colours(e.status.overall for e in self.derived.running)

    @cached_property
    def attention(self) -> tuple[Attention, ...]:
        """The worst stories of what is not complete, at most two of one engagement: a director needs the breadth."""
        running = [row for row in self.rows if row.derived.phase != Phase.COMPLETE]
        found = [self._attention(row, story) for row in running for story in row.derived.stories[:MOST_OF_ONE]]
        grave = [entry for entry in found if entry.severity in (Severity.HIGH, Severity.CRITICAL)]
        return tuple(sorted(grave, key=lambda entry: -SEVERITIES.index(entry.severity))[:MOST_ATTENTION])

    def _attention(self, row: Row, story: Story) -> Attention:
        return Attention(
            row, story.severity, story.headline, story.action, self.links(story.evidence), story.owner, story.due
        )

    @cached_property
    def record(self) -> tuple[tuple[str, str, CameTrue], ...]:
        """Axis, colour, and how often it came true in our own closed engagements."""
        record = next((d.status.track_record for d in self.derived.engagements), {})
        return tuple((axis, rag, found) for axis, colours in record.items() for rag, found in sorted(colours.items()))

    @cached_property
    def invoices(self) -> tuple[Invoices, ...]:
        """What is earned and not invoiced, by engagement in the order of the table; other currencies apart."""
        found = (self._invoices(row) for row in self.rows)
        return tuple(one for one in found if one is not None)

    def _invoices(self, row: Row) -> Invoices | None:
        found = to_invoice(row.derived.invoicing, f"{self.derived.as_of:%Y-%m}", row.facts)
        told = [line for lines in found.values() for line in lines if line.state is not Billing.READY]
        sums = [math.fsum(line.amount or 0.0 for line in lines) for lines in found.values()]
        if not any(sums) or is_foreign(row.facts, self.settings.finance):
            return None
        return Invoices(
            row, sums[0], sums[1], sums[2], tuple({str(line.reason): line.reason for line in told}.values())
        )

    @cached_property
    def escalations(self) -> int:
        return sum(len(d.escalations) for d in self.derived.engagements)

    @cached_property
    def escalations_overdue(self) -> int:
        return sum(e.overdue for d in self.derived.engagements for e in d.escalations)

    @cached_property
    def capacity(self) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[CapacityWeek | None, ...]], ...]]:
        """Weeks, and for each person a cell for each week."""
        cells = {(c.user, c.week): c for c in self.derived.portfolio.capacity}
        weeks = tuple(sorted({week for _, week in cells}))
        users = sorted({user for user, _ in cells})
        return weeks, tuple((user, tuple(cells.get((user, week)) for week in weeks)) for user in users)

    @cached_property
    def overbooked(self) -> tuple[CapacityWeek, ...]:
        """Who is booked for more than there are hours, worst first."""
        found = [c for c in self.derived.portfolio.capacity if c.is_over]
        return tuple(sorted(found, key=lambda c: (c.week, c.available - c.hours, c.user)))

    @cached_property
    def free(self) -> tuple[tuple[str, tuple[CapacityWeek, ...]], ...]:
        """Who has a day or more left, and in which weeks: who has most first."""
        day = self.calendar.hours_per_day
        found: dict[str, list[CapacityWeek]] = {}
        for c in self.derived.portfolio.capacity:
            if c.free >= day:
                found.setdefault(c.user, []).append(c)
        ranked = sorted(found.items(), key=lambda pair: (-sum(c.free for c in pair[1]), pair[0]))
        return tuple((user, tuple(weeks)) for user, weeks in ranked)

    def choices(self, field: str) -> tuple[str, ...]:
        """The values of a fact (`pm`, `region`) among the engagements, for a filter."""
        return tuple(sorted({value for row in self.rows if (value := getattr(row.facts, field))}))


def short_ref(ref: str) -> str:
    """The last part of a reference's path and its number: `sow-1234#12`."""
    return re.sub(r"^(?:[^/%\"]+/)+", "", ref)
