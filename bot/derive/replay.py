"""A subject as of an earlier day, and the part of the derivation that colours rest on, replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.derive.decisions.completion import derive_completion
from bot.derive.decisions.questions import sow_end
from bot.derive.money.acceptance import derive_acceptance
from bot.derive.money.budget import derive_budget
from bot.derive.past_memory import Payloads
from bot.derive.results import EngagementDerived
from bot.derive.schedule.earned_schedule import add_forecasts, derive_schedule
from bot.derive.scope.baseline import derive_scope, earlier_baselines
from bot.derive.scope.progress import derive_phase, derive_progress
from bot.derive.stages import Stage
from bot.derive.subject import Subject, evolve
from bot.domain.model import Engagement, Portfolio, as_of

if TYPE_CHECKING:
    from bot.derive.forecast import Reference

Learned = Callable[[date], "Reference"]
Stages = tuple[Stage, ...]


def subject_of(subject: Subject, day: date) -> Subject | None:
    """The subject as of an earlier day, nothing derived yet; None where it did not exist."""
    past = as_of(Portfolio((subject.engagement, *_blockers(subject))), day, subject.calendar.zone).engagements
    known = [e for e in past if e.ref == subject.engagement.ref]
    if not known:
        return None
    elsewhere = {item.ref: item for e in past for item in e.items if e.ref != subject.engagement.ref}
    derived = EngagementDerived(subject.engagement.ref, title=subject.engagement.title)
    return replace(subject, engagement=known[0], day=day, derived=derived, elsewhere=elsewhere)


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
