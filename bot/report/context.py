"""What every report is handed, and the lookups that all of them need: earlier reports, links, the portfolio as of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from bot.config import Settings
from bot.derive.depth import Depth
from bot.derive.results import Derived, EngagementDerived, Forecast
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.model import Engagement, Item, PastReport, Portfolio, as_of
from bot.domain.vocabulary import Audience
from bot.report.document import Document
from bot.report.environment import Templates
from bot.report.text.safe_text import SafeMarkdown, code, link


@dataclass(frozen=True)
class ReportContext:
    """Values and pure functions. `derive` is memoised by the caller, so a report may ask for earlier weeks.

    `commitment` gives the forecast that a portfolio-wide report commits to, for its hidden payload.
    """

    portfolio: Portfolio
    settings: Settings
    calendar: WorkCalendar
    derive: Callable[[date], Derived]
    templates: Templates
    audience_of: Callable[[str], Audience]
    past: tuple[PastReport, ...] = ()
    only: str | None = None
    partner: str | None = None
    commitment: Callable[[Derived], Mapping[str, Any]] | None = None
    derive_part: Callable[[date, Depth], Derived] | None = None
    """`derive`, where less than all of a past day will do."""
    forecast_of: Callable[[str, date], Forecast | None] | None = None
    """One engagement's forecast of a day that nothing else asks for: not kept."""
    stands: Callable[[Document], str] = lambda document: ""
    """The fingerprint of what stands for a document; "" for nothing."""
    freeze: Callable[[date], ReportContext] | None = None
    """The same, had nothing happened after that day."""

    def frozen(self, day: date) -> ReportContext:
        """The same, had nothing happened after `day`."""
        return (
            self.freeze(day) if self.freeze else replace(self, portfolio=as_of(self.portfolio, day, self.calendar.zone))
        )

    # -- engagements

    @cached_property
    def _replayed(self) -> dict[date, dict[str, Engagement]]:
        return {}

    @cached_property
    def _by_ref(self) -> dict[tuple[date, Depth], dict[str, EngagementDerived]]:
        return {}

    def engagements(self, day: date) -> Mapping[str, Engagement]:
        """The engagements as they stood at the end of `day`, by reference."""
        if day not in self._replayed:
            past = as_of(self.portfolio, day, self.calendar.zone)
            self._replayed[day] = {e.ref: e for e in past.engagements}
        return self._replayed[day]

    def derived(self, ref: str, day: date, depth: Depth = Depth.ALL) -> EngagementDerived | None:
        """What was derived of one engagement as of `day`, at least to `depth`; None where it was not there."""
        if (day, depth) not in self._by_ref:
            self._by_ref[day, depth] = {e.ref: e for e in self.derive_to(day, depth).engagements}
        return self._by_ref[day, depth].get(ref)

    def forecast_alone(self, ref: str, day: date) -> Forecast | None:
        """One engagement's forecast as of a day of its own; None where it was not there. The others are not derived."""
        if self.forecast_of is not None:
            return self.forecast_of(ref, day)
        then = self.derived(ref, day)
        return then.forecast if then else None

    def derive_to(self, day: date, depth: Depth) -> Derived:
        """What was derived as of `day`, at least to `depth`."""
        return self.derive_part(day, depth) if self.derive_part else self.derive(day)

    def served(self, day: date) -> Iterable[EngagementDerived]:
        """The engagements that this run serves, worst first: all, or the one it was limited to."""
        return (e for e in self.derive(day).engagements if self.only in (None, e.ref))

    # -- earlier reports

    def previous(self, kind: str, ref: str | None, period: Period) -> PastReport | None:
        """The latest internal report of this kind before `period`."""
        return max((p for p in self.past_of(kind, ref) if p.period < period.name), key=lambda p: p.period, default=None)

    def past_of(self, kind: str, ref: str | None) -> list[PastReport]:
        """All internal reports of a kind on one engagement (None: on the portfolio), oldest first."""
        return self._past_by.get((kind, ref), [])

    @cached_property
    def _past_by(self) -> Mapping[tuple[str, str | None], list[PastReport]]:
        found: dict[tuple[str, str | None], list[PastReport]] = {}
        for report in sorted(self.past, key=lambda p: p.period):
            if report.audience == Audience.INTERNAL:
                found.setdefault((report.kind, report.engagement), []).append(report)
        return found

    # -- links

    @cached_property
    def _places(self) -> Mapping[str, tuple[str, str]]:
        """(title, address) of everything that was read, by reference."""
        places: dict[str, tuple[str, str]] = {}
        for engagement in self.portfolio.engagements:
            for item in engagement.items:
                places[item.ref] = (item.title, item.web_url)
            for milestone in engagement.milestones:
                places[milestone.ref] = (milestone.title, milestone.web_url)
        places.update({e.ref: (e.title, e.web_url) for e in self.portfolio.engagements})
        return places

    def link(self, ref: str) -> SafeMarkdown:
        """A link with the short reference as its text (a milestone's title); code where the address is not known."""
        title, url = self._places.get(ref, ("", ""))
        return link(title if "%" in ref else short_ref(ref), quiet(url)) if url else code(ref)

    def titled(self, ref: str, title: str = "") -> SafeMarkdown:
        """A link with the title as its text."""
        known, url = self._places.get(ref, ("", ""))
        text = title or known or ref
        return link(text, quiet(url)) if url else self.templates.words.output(text)

    def titled_within(self, engagement: str, ref: str, title: str) -> SafeMarkdown:
        """An item by its title, and which engagement it is of: for lists over all of them."""
        return SafeMarkdown(f"{self.titled(ref, title)} ({self.titled(engagement)})")

    def links(self, refs: Iterable[str], most: int = 3, own: str = "") -> tuple[SafeMarkdown, ...]:
        """Evidence: the first links, and how many more there are. `own`: what the text is about is linked by its name."""
        refs = tuple(ref for ref in dict.fromkeys(refs) if ref != own)
        shown = tuple(self.link(ref) for ref in refs[:most])
        more = len(refs) - most
        return (*shown, self.templates.words.text("common.more", n=more)) if more > 0 else shown


def quiet(url: str) -> str:
    """The address with a bare `#` behind it: it leads to the same place, but GitLab takes it for no reference.

    GitLab turns a link to an issue's exact address into a cross reference ("mentioned in …") on that issue, which a
    customer may read; its pattern allows an anchor only with letters in it (`Referable.link_reference_pattern`).
    """
    return url if "#" in url else f"{url}#"


def short_ref(ref: str) -> str:
    """`acme/customers/sow-1234#12` → `sow-1234#12`: enough for a reader, the link tells the rest."""
    return ref.rpartition("/")[2]


def items_by_ref(engagement: Engagement | None) -> Mapping[str, Item]:
    return {item.ref: item for item in engagement.items} if engagement else {}


def path_of(ref: str) -> str:
    """The namespace path of a reference: what stands before its `#`, `&` or `%`."""
    for mark in ("#", "&", "%"):
        ref = ref.partition(mark)[0]
    return ref
