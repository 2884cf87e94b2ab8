"""Milestones: when each one's work will be done, and when its amount will be accepted (also by silence)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from bot.derive.forecast.finish import NORMAL, SCORES, Remaining
from bot.derive.forecast.history import NEVER, Array, History
from bot.derive.forecast.reference import Reference
from bot.derive.results import Acceptance, MilestoneForecast, Quantiles
from bot.derive.schedule.milestones import MilestoneWork, milestone_done
from bot.derive.scope.progress import last_close
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.vocabulary import AcceptanceState, Phase

if TYPE_CHECKING:
    from bot.derive.forecast.situation import Situation

_GRID = np.linspace(-3.5, 3.5, 701)
"""Standard normal scores between which a chance is read."""


@frozen
class Landing:
    """A milestone as seen from today: its share of the remaining time, or the working days until its date."""

    view: MilestoneWork
    done_at: float | None
    share: float | None
    """Open value up to and including this milestone, in order of due dates, ÷ all open value."""
    due_in: float | None
    gone: float
    """Working days since the start."""

    @property
    def waits_for_its_date(self) -> bool:
        """Whether no item stands for its work yet: only its date tells when it may be done."""
        return self.done_at is None and self.share is None and self.due_in is not None

    def days(self, remaining: Remaining | None, scores: Array, ref: Reference) -> Array | None:
        """Working days until the work is done, for standard normal scores; None where nothing tells."""
        if self.done_at is not None:
            return np.zeros_like(scores)
        if self.share is not None and remaining is not None:
            return np.maximum(self.share * remaining.at(scores), 0.5)
        if self.due_in is not None:
            left = max(self.due_in, 1.0)
            slip = ref.slip(self.gone, left)
            return Remaining(left * slip.factor, slip.low_sd, slip.high_sd, 0.0).at(scores)
        return remaining.at(scores) if remaining is not None else None


def find_landings(subject: Subject, history: History, now: float) -> tuple[Landing, ...]:
    """The milestones in order of due date. Work is taken to be done in that order."""
    views = subject.milestone_views
    value = dict(zip(history.refs, history.value, strict=True))
    open_values = [sum(value[i.ref] for i in view.items if i.is_open) for view in views]
    total = float(history.value[history.closed >= NEVER].sum())
    gone = max(now - history.start, 0.0) if history.start is not None else 0.0
    landings, before = [], 0.0
    for view, own in zip(views, open_values, strict=True):
        before += own
        done = milestone_done(view)
        landings.append(
            Landing(
                view,
                history.axis.position(view.closed) if done and view.closed else (now if done else None),
                before / total if own and total else None,
                history.axis.position(view.due) - now if view.due else None,
                gone,
            )
        )
    return tuple(landings)


def forecast_landing(
    landing: Landing, remaining: Remaining | None, ref: Reference, now: float, history: History
) -> MilestoneForecast:
    """Finish of a milestone and the chance to make its due date."""
    title, due = landing.view.title, landing.view.due
    if landing.done_at is not None:
        day = landing.view.closed
        chance = None if due is None or day is None else float(day <= due)
        return MilestoneForecast(title, Quantiles(day, day, day, day), chance)
    days = landing.days(remaining, np.array(SCORES), ref)
    if days is None:
        return MilestoneForecast(title)
    finish = Quantiles(*(history.axis.day(now + float(d)) for d in days))
    return MilestoneForecast(title, finish, _chance(landing, remaining, ref, due))


def _chance(landing: Landing, remaining: Remaining | None, ref: Reference, due: date | None) -> float | None:
    if due is None or landing.due_in is None:
        return None
    return chance_by(landing, landing.due_in, remaining, ref)


def chance_by(landing: Landing, within: float, remaining: Remaining | None, ref: Reference) -> float | None:
    """Probability that a milestone's work is done within so many working days; None where nothing tells."""
    days = landing.days(remaining, _GRID, ref)
    if days is None:
        return None
    if within < float(days[0]):
        return 0.0
    return round(NORMAL.cdf(float(np.interp(within, days, _GRID))), 3)


@frozen
class Amount:
    """An amount that is earned on acceptance: the position of its day where it is known, else the days to it by trial."""

    title: str | Phrase
    amount: float
    accepted_at: float | None
    days: Array | None


def find_amounts(s: Situation, scores: tuple[Array, Array]) -> tuple[Amount, ...]:
    """Each billing milestone's amount and when it is accepted; without any, the whole value on acceptance of everything.

    `scores` are standard normal, by trial: for the work, and for the wait.
    """
    value, entries = s.terms.value, _entries(s.subject)
    if not entries:
        days = None if s.remaining is None else s.remaining.at(scores[0]) + s.delay + _lag(s, scores[1])
        at = _over_since(s) if s.phase == Phase.COMPLETE and days is None else None
        return (Amount("", value, at, days),) if value else ()
    missing = sum(e.amount is None for e in entries)
    left = max((value or 0.0) - sum(e.amount or 0.0 for e in entries), 0.0)
    share = left / missing if missing else 0.0
    found = tuple(_amount(e, share if e.amount is None else e.amount, s, scores) for e in entries)
    extra = 0.0 if missing else min(left, s.terms.approved_value)
    return (*found, _extra(extra, found, s, scores)) if extra > 0 else found


def _over_since(s: Situation) -> float:
    """Position of the day on which a complete engagement was over: a day of the past, the same whenever it is asked."""
    closed = s.subject.engagement.closed_at
    days = [last_close(s.subject), s.subject.calendar.local_day(closed) if closed else None]
    known = [s.history.axis.position(day) for day in days if day]
    return min(max(known), s.now) if known else s.now


def _extra(amount: float, found: Sequence[Amount], s: Situation, scores: tuple[Array, Array]) -> Amount:
    """Approved change orders that no milestone's amount holds: earned with the last acceptance."""
    title = Phrase("approved change orders")
    known = [a.accepted_at for a in found if a.accepted_at is not None]
    if len(known) == len(found):
        return Amount(title, amount, max(*known, *(at for at, *_ in s.terms.added), 0.0), None)
    waits = [a.days for a in found if a.days is not None]
    if len(known) + len(waits) < len(found) or not waits:
        return Amount(title, amount, None, None)
    return Amount(title, amount, None, np.stack(waits).max(axis=0))


def _amount(entry: Acceptance, amount: float, s: Situation, scores: tuple[Array, Array]) -> Amount:
    if entry.accepted_on is not None:
        return Amount(entry.milestone, amount, s.history.axis.position(entry.accepted_on), None)
    if entry.state in (AcceptanceState.ACCEPTED, AcceptanceState.PASSIVELY_ACCEPTED):
        known = next((g.done_at for g in s.landings if g.view.title == entry.milestone), None)
        return Amount(entry.milestone, amount, s.now if known is None else known, None)
    return Amount(entry.milestone, amount, None, _acceptance_days(entry, s, scores))


def _entries(subject: Subject) -> tuple[Acceptance, ...]:
    """What was derived of acceptance; without it, what the facts say (no sign-off after today counts)."""
    if subject.derived.acceptance:
        return subject.derived.acceptance
    facts, found = subject.engagement.facts, []
    for m in facts.milestones:
        sent = m.sign_off_sent if m.sign_off_sent and m.sign_off_sent <= subject.day else None
        got = m.sign_off_received if m.sign_off_received and m.sign_off_received <= subject.day else None
        passive = subject.calendar.passive_acceptance_day(sent, facts.passive_acceptance_days) if sent else None
        if got is None and passive and passive <= subject.day:
            got = passive
        state = AcceptanceState.ACCEPTED if got else AcceptanceState.SENT if sent else AcceptanceState.OPEN
        found.append(Acceptance(m.milestone, m.amount, state, sent, passive, got, None, m.due))
    return tuple(found)


def _acceptance_days(entry: Acceptance, s: Situation, scores: tuple[Array, Array]) -> Array | None:
    """Working days until an open milestone is accepted: its work, the sending, and the answer or the silence."""
    if entry.state == AcceptanceState.SENT:
        answer = s.ref.lags.to_answer * np.exp(s.ref.lags.sd * scores[1])
        if entry.passive_on is None:
            return answer
        return np.minimum(answer, max(s.history.axis.position(entry.passive_on) - s.now, 0.5))
    landing = next((g for g in s.landings if g.view.title == entry.milestone), None)
    if landing is not None:
        work = landing.days(s.remaining, scores[0], s.ref)
    else:
        work = s.remaining.at(scores[0]) if s.remaining else None
    return None if work is None else work + s.delay + _lag(s, scores[1])


def _lag(s: Situation, scores: Array) -> Array:
    """From the end of the work to acceptance; silence ends the wait where the contract has such a clause."""
    factor = np.exp(s.ref.lags.sd * scores)
    answer = s.ref.lags.to_answer * factor
    passive = s.subject.engagement.facts.passive_acceptance_days
    if passive > 0:
        answer = np.minimum(answer, float(passive))
    return s.ref.lags.to_send * factor + answer
