"""What the facts known by past days said of each axis: the signals that colours are folded from, day after day.

To the last bit what the derivation of each day alone would say. What rests on the work as it stood, whatever was logged and
whichever day it is, is derived once for all days between two changes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from bot.derive.decisions.status import PastSignals, Signals, signals_of
from bot.derive.decisions.track_record import TrackRecord, case_of, latest_closed, record_of
from bot.derive.money.budget import derive_burn
from bot.derive.past_memory import PastOutlook, Payloads
from bot.derive.replay import Learned, Stages, past_stages, rederive
from bot.derive.results import EngagementDerived
from bot.derive.schedule.earned_schedule import add_forecasts, derive_path, derive_schedule
from bot.derive.scope.progress import derive_phase
from bot.derive.stages import Stage
from bot.derive.subject import Subject, evolve
from bot.domain.timeline import Timeline
from bot.domain.vocabulary import Phase


def past_signals(subject: Subject, learned: Learned | None, payloads: Payloads, outlook: PastOutlook) -> PastSignals:
    """A function that tells what the facts known by a past day said of each axis of this engagement."""
    days = cache(lambda: PastDays(subject, learned, payloads))
    return outlook.past(subject, payloads, lambda day: days().signals(day))


class PastDays:
    """The past days of one engagement. Nothing elsewhere bears on its signals: what blocks its items is not replayed."""

    def __init__(self, subject: Subject, learned: Learned | None, payloads: Payloads) -> None:
        self._subject = subject
        self._timeline = Timeline(subject.engagement)
        self._of_the_work = _work_stages(learned, payloads)
        self._of_the_day = _day_stages(learned, payloads)
        self._known: tuple[tuple[int, bool], Subject] | None = None
        """The subject of the last day on which the work was derived, and of which stretch of days that was one."""

    def signals(self, day: date) -> Signals:
        """What the facts known by `day` said; nothing of what was not there, not begun or complete."""
        engagement = self._timeline.as_of(day, self._subject.calendar.zone)
        if engagement is None:
            return {}
        derived = EngagementDerived(engagement.ref, title=engagement.title)
        then = replace(self._subject, engagement=engagement, day=day, derived=derived, elsewhere={})
        stretch = self._stretch_of(then)
        if self._known is not None and self._known[0] == stretch:
            then = then.with_work_of(self._known[1])
        then = then.advance(evolve(then.derived, phase=derive_phase(then)))
        if then.derived.phase != Phase.ACTIVE:
            return {}
        if self._known is None or self._known[0] != stretch:
            self._known = stretch, (then := _after(self._of_the_work, then))
        return signals_of(_after(self._of_the_day, then))

    def _stretch_of(self, then: Subject) -> tuple[int, bool]:
        """What days of one stretch have in common: the state of the work, and whether the baseline is still to come."""
        baseline = then.engagement.facts.baseline_day
        number = self._timeline.stretch(then.day, then.calendar.zone)
        return number, baseline is not None and baseline <= then.day


def _after(stages: Stages, subject: Subject) -> Subject:
    for stage in stages:
        subject = stage.after(subject)
    return subject


def _work_stages(learned: Learned | None, payloads: Payloads) -> Stages:
    """What rests on the work as it stood: neither on hours logged nor on the day."""
    named = {stage.name: stage for stage in past_stages(learned, payloads)}
    path = Stage("critical path", lambda s: evolve(s.derived, schedule=derive_path(s)))
    return (*(named[name] for name in ("progress", "scope", "agreed end")), path)


def _day_stages(learned: Learned | None, payloads: Payloads) -> Stages:
    """The rest of what signals of active work need: no money, and indices of the schedule only where no chance is known."""
    named = {stage.name: stage for stage in past_stages(learned, payloads)}

    def schedule(subject: Subject) -> EngagementDerived:
        derived, forecast = subject.derived, subject.derived.forecast
        known = derived.schedule if forecast.on_time_probability is not None else derive_schedule(subject)
        return evolve(derived, schedule=add_forecasts(known, subject, forecast.milestones))

    burn = Stage("budget", lambda s: evolve(s.derived, budget=derive_burn(s)))
    return burn, named["forecast"], Stage("milestones", schedule)


def portfolio_record(
    subjects: Sequence[Subject],
    learned: Learned | None,
    reports: Mapping[str, Sequence[Mapping[str, object]]],
    outlook: PastOutlook,
) -> TrackRecord:
    """How the colours of the engagements that were closed last came true."""
    latest = {engagement.ref for engagement in latest_closed(subject.engagement for subject in subjects)}
    cases = []
    for subject in subjects:
        if subject.engagement.ref in latest:
            payloads = reports.get(subject.engagement.ref, ())
            past = past_signals(subject, learned, payloads, outlook)
            cases.append(case_of(rederive(subject, learned, payloads), past))
    return record_of(case for case in cases if case is not None)
