"""What the facts known by a past day said: the part of the derivation that colours rest on, replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from bot.derive.decisions.completion import derive_completion
from bot.derive.decisions.questions import sow_end
from bot.derive.decisions.status import PastSignals, Signals, signals_of
from bot.derive.decisions.track_record import TrackRecord, case_of, latest_closed, record_of
from bot.derive.money.acceptance import derive_acceptance
from bot.derive.money.budget import derive_budget, derive_burn
from bot.derive.past_memory import PastOutlook, Payloads
from bot.derive.results import EngagementDerived
from bot.derive.schedule.earned_schedule import add_forecasts, derive_path, derive_schedule
from bot.derive.scope.baseline import derive_scope, earlier_baselines
from bot.derive.scope.progress import derive_phase, derive_progress
from bot.derive.stages import Stage
from bot.derive.subject import Subject, evolve
from bot.domain.model import Engagement
from bot.domain.timeline import Timeline
from bot.domain.vocabulary import Phase

if TYPE_CHECKING:
    from bot.derive.forecast import Reference

Learned = Callable[[date], "Reference"]
Stages = tuple[Stage, ...]


def past_signals(subject: Subject, learned: Learned | None, payloads: Payloads, outlook: PastOutlook) -> PastSignals:
    """A function that tells what the facts known by a past day said of each axis of this engagement."""
    earlier = cache(lambda: EarlierDays(subject))
    return outlook.past(subject, payloads, lambda day: _signals(earlier().on(day), learned, payloads))


def _signals(then: Subject | None, learned: Learned | None, payloads: Payloads) -> Signals:
    if then is None:
        return {}
    then = then.advance(evolve(then.derived, phase=derive_phase(then)))
    if then.derived.phase != Phase.ACTIVE:
        return {}
    for stage in _signal_stages(learned, payloads):
        then = stage.after(then)
    return signals_of(then)


def _signal_stages(learned: Learned | None, payloads: Payloads) -> Stages:
    """What the signals of active work rest on: no money, and indices of the schedule only where the forecast knows no chance."""
    named = {stage.name: stage for stage in past_stages(learned, payloads)}
    first = ("progress", "scope", "agreed end")

    def schedule(subject: Subject) -> EngagementDerived:
        derived, forecast = subject.derived, subject.derived.forecast
        known = derived.schedule if forecast.on_time_probability is not None else derive_schedule(subject)
        return evolve(derived, schedule=add_forecasts(known, subject, forecast.milestones))

    return (
        *(named[name] for name in first),
        Stage("budget", lambda s: evolve(s.derived, budget=derive_burn(s))),
        Stage("critical path", lambda s: evolve(s.derived, schedule=derive_path(s))),
        named["forecast"],
        Stage("milestones", schedule),
    )


class EarlierDays:
    """A subject as of earlier days, nothing derived yet; what blocks its items is replayed with it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._own = Timeline(subject.engagement)
        self._others = [Timeline(engagement) for engagement in _blockers(subject)]

    def on(self, day: date) -> Subject | None:
        """None where it did not exist."""
        subject, zone = self._subject, self._subject.calendar.zone
        engagement = self._own.as_of(day, zone)
        if engagement is None:
            return None
        others = (then for other in self._others if (then := other.as_of(day, zone)) is not None)
        elsewhere = {item.ref: item for then in others for item in then.items}
        derived = EngagementDerived(engagement.ref, title=engagement.title)
        return replace(subject, engagement=engagement, day=day, derived=derived, elsewhere=elsewhere)


def subject_of(subject: Subject, day: date) -> Subject | None:
    """The subject as of one earlier day."""
    return EarlierDays(subject).on(day)


def as_if(
    subject: Subject, engagement: Engagement, learned: Learned | None, payloads: Payloads
) -> EngagementDerived | None:
    """What would be derived if the engagement were like this, by the same trials; None without a forecast."""
    if learned is None:
        return None
    changed = replace(subject, engagement=engagement, derived=EngagementDerived(engagement.ref))
    return rederive(changed, learned, payloads).derived


def _blockers(subject: Subject) -> Iterator[Engagement]:
    """Items of others that block this engagement's, so that they are replayed with it."""
    wanted = {ref for item in subject.engagement.items for ref in item.blocked_by}
    items = tuple(
        subject.elsewhere[ref] for ref in sorted(wanted - subject.own_items.keys()) if ref in subject.elsewhere
    )
    if items:
        yield Engagement(ref="", items=items)


def rederive(subject: Subject, learned: Learned | None, payloads: Payloads) -> Subject:
    """What colours rest on, without revenue, RAID and risks."""
    for stage in past_stages(learned, payloads):
        subject = stage.after(subject)
    return subject


def first_stages(payloads: Payloads) -> Stages:
    """Each stage before the forecast, in the order in which they build on one another."""

    def with_scope(subject: Subject) -> EngagementDerived:
        earlier = earlier_baselines(payloads, subject.engagement.facts.baseline_day)
        return evolve(subject.derived, scope=derive_scope(subject, earlier))

    return (
        Stage("phase", lambda s: evolve(s.derived, phase=derive_phase(s))),
        Stage("progress", lambda s: evolve(s.derived, progress=derive_progress(s))),
        Stage("scope", with_scope),
        Stage("agreed end", lambda s: evolve(s.derived, end=sow_end(s))),
        Stage("budget", lambda s: evolve(s.derived, budget=derive_budget(s))),
        Stage("schedule", lambda s: evolve(s.derived, schedule=derive_schedule(s))),
        Stage("acceptance", lambda s: evolve(s.derived, acceptance=derive_acceptance(s))),
        Stage("completion", lambda s: evolve(s.derived, completion=derive_completion(s))),
    )


def with_forecasts(subject: Subject) -> EngagementDerived:
    """The schedule with its milestones' forecasts."""
    derived = subject.derived
    return evolve(derived, schedule=add_forecasts(derived.schedule, subject, derived.forecast.milestones))


def past_stages(learned: Learned | None, payloads: Payloads) -> Stages:
    """Each stage that colours rest on."""
    return (
        *first_stages(payloads),
        Stage("forecast", lambda s: _forecast(s, learned)),
        Stage("milestones", with_forecasts),
    )


def _forecast(subject: Subject, learned: Learned | None) -> EngagementDerived:
    if learned is None:
        return subject.derived
    from bot.derive.forecast import forecast_engagement

    found = forecast_engagement(subject, learned(subject.day), trials=0).forecast
    return evolve(subject.derived, forecast=found)


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
