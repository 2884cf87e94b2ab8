"""What changed between two derivations of the same portfolio: colours, dates, risks, progress and budget, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.calendar import WorkCalendar
from bot.derive.results import Derived, EngagementDerived, MilestoneStatus, Risk


@dataclass(frozen=True, slots=True)
class ColourChange:
    """An axis (overall, schedule, scope, budget) that changed colour."""

    axis: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DateMove:
    """A milestone's due date or forecast (`what`), or the engagement's finish, that moved by `days` working days."""

    what: str
    title: str
    ref: str
    before: date
    after: date
    days: int


@dataclass(frozen=True, slots=True)
class EngagementChanges:
    """What changed of one engagement. Figures are after less before, None where either is not known."""

    ref: str
    title: str
    is_new: bool = False
    completed: bool = False
    colours: tuple[ColourChange, ...] = ()
    moves: tuple[DateMove, ...] = ()
    milestones_done: tuple[str, ...] = ()
    new_risks: tuple[Risk, ...] = ()
    closed_risks: tuple[Risk, ...] = ()
    progress: float | None = None
    hours_spent: float | None = None
    hours_budget: float | None = None
    items_done: int = 0
    items_added: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is worth a word."""
        told = (self.colours, self.moves, self.milestones_done, self.new_risks, self.closed_risks)
        figures = (self.progress, self.hours_spent, self.hours_budget, self.items_done, self.items_added)
        return not (self.is_new or self.completed or any(told) or any(figures))


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in the portfolio since a day. `gone` are references that are not reported any more."""

    since: date
    until: date
    engagements: tuple[EngagementChanges, ...] = ()
    gone: tuple[str, ...] = ()


def find_changes(before: Derived, after: Derived, calendar: WorkCalendar) -> Changes:
    """The changes of every engagement that `after` reports, in its order (worst first)."""
    known = {e.ref: e for e in before.engagements}
    reported = {e.ref for e in after.engagements}
    return Changes(
        since=before.as_of,
        until=after.as_of,
        engagements=tuple(compare(known.get(e.ref), e, calendar) for e in after.engagements),
        gone=tuple(sorted(known.keys() - reported)),
    )


def compare(before: EngagementDerived | None, after: EngagementDerived, calendar: WorkCalendar) -> EngagementChanges:
    """The changes of one engagement; without a `before` it is new."""
    if before is None:
        return EngagementChanges(after.ref, after.title, is_new=True)
    earlier, later = _by_identity(before.risks), _by_identity(after.risks)
    was_open = {m.title for m in before.schedule.milestones if m.state != "done"}
    return EngagementChanges(
        ref=after.ref,
        title=after.title,
        completed=after.phase == "complete" and before.phase != "complete",
        colours=tuple(_colour_changes(before, after)),
        moves=tuple(_date_moves(before, after, calendar)),
        milestones_done=tuple(m.title for m in after.schedule.milestones if m.state == "done" and m.title in was_open),
        new_risks=tuple(risk for key, risk in later.items() if key not in earlier),
        closed_risks=tuple(risk for key, risk in earlier.items() if key not in later),
        progress=_difference(before.progress.percent, after.progress.percent),
        hours_spent=_difference(before.budget.hours_spent, after.budget.hours_spent),
        hours_budget=_difference(before.budget.hours_budget, after.budget.hours_budget),
        items_done=after.progress.items_done - before.progress.items_done,
        items_added=after.progress.items_total - before.progress.items_total,
    )


def _by_identity(risks: Iterable[Risk]) -> Mapping[tuple[str, str, tuple[str, ...]], Risk]:
    """A register risk is its issue; a derived one its rule, for a rule's evidence and figures change from week to week."""
    return {(r.source, r.rule, r.evidence[:1] if r.source == "register" else ()): r for r in reversed(tuple(risks))}


def _colour_changes(before: EngagementDerived, after: EngagementDerived) -> Iterator[ColourChange]:
    if before.status.overall != after.status.overall:
        yield ColourChange("overall", before.status.overall, after.status.overall)
    for axis in ("schedule", "scope", "budget"):
        old, new = getattr(before.status, axis).rag, getattr(after.status, axis).rag
        if old != new:
            yield ColourChange(axis, old, new)


def _date_moves(before: EngagementDerived, after: EngagementDerived, calendar: WorkCalendar) -> Iterator[DateMove]:
    old_finish, new_finish = before.forecast.finish.p50, after.forecast.finish.p50
    if isinstance(old_finish, date) and isinstance(new_finish, date) and old_finish != new_finish:
        days = calendar.working_days_between(old_finish, new_finish)
        yield DateMove("finish", after.title, after.ref, old_finish, new_finish, days)
    known = {m.title: m for m in before.schedule.milestones}
    for milestone in after.schedule.milestones:
        if milestone.title in known:
            yield from _milestone_moves(known[milestone.title], milestone, calendar)


def _milestone_moves(old: MilestoneStatus, new: MilestoneStatus, calendar: WorkCalendar) -> Iterator[DateMove]:
    for what, was, now in (("due", old.due, new.due), ("forecast", old.forecast, new.forecast)):
        if was and now and was != now:
            yield DateMove(what, new.title, new.ref, was, now, calendar.working_days_between(was, now))


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
