"""What one engagement's forecast was on a day of its own: what all of them share is made once, however many are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from bot.config import Settings
from bot.derive.checks.registry import RULES
from bot.derive.decisions.orders.effects import prepared
from bot.derive.decisions.orders.judging import Court
from bot.derive.decisions.orders.obeying import as_ordered, obey, read_all_orders
from bot.derive.pipeline import is_reported, with_default_thresholds
from bot.derive.replay import Learned, past_stages, subject_of
from bot.derive.reports_about import ReportsAbout
from bot.derive.results import EngagementDerived, Forecast
from bot.derive.stages import Stage, run_stages
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Item, PastReport, Portfolio, as_of


@dataclass(frozen=True)
class PastForecasts:
    """Forecasts as of days up to `day`, each by what was known on its own day."""

    portfolio: Portfolio
    day: date
    settings: Settings
    calendar: WorkCalendar
    past: Sequence[PastReport] = ()

    def of(self, ref: str, day: date) -> Forecast | None:
        """The engagement's forecast as of `day`; None where it was not there, or was reported no more."""
        engagement = self._engagements.get(ref)
        then = subject_of(self._subject(engagement), day) if engagement else None
        if then is None:
            return None
        orders = read_all_orders(Portfolio((then.engagement,)), self._reports.of(ref), self._court(day))[0][ref]
        then = replace(then, engagement=prepared(then.engagement, orders))
        payloads = self._reports.payloads(ref)
        stages = (*past_stages(self._learned, payloads), Stage("orders", lambda s: obey(s, orders, payloads)))
        return run_stages(then, stages).derived.forecast if is_reported(then) else None

    def _subject(self, engagement: Engagement) -> Subject:
        blank = EngagementDerived(engagement.ref, title=engagement.title)
        return Subject(engagement, self.day, self.calendar, self._settings, blank, self._items)

    def _court(self, day: date) -> Court:
        return Court(self._settings, self.calendar, tuple(rule.id for rule in RULES), day)

    @cached_property
    def _learned(self) -> Learned:
        from bot.derive.forecast import learn_by_day

        now = as_of(self.portfolio, self.day, self.calendar.zone)
        return learn_by_day(as_ordered(now, self.past, self._court(self.day)), self.calendar, self._settings)

    @cached_property
    def _settings(self) -> Settings:
        return with_default_thresholds(self.settings)

    @cached_property
    def _reports(self) -> ReportsAbout:
        return ReportsAbout(self.past)

    @cached_property
    def _engagements(self) -> Mapping[str, Engagement]:
        return {e.ref: e for e in self.portfolio.engagements}

    @cached_property
    def _items(self) -> Mapping[str, Item]:
        return {item.ref: item for e in self.portfolio.engagements for item in e.items}
