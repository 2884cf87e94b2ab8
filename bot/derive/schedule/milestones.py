"""The milestones of an engagement: GitLab's, the contract's, and those that items name, joined by title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.derive.results import MilestoneForecast, MilestoneStatus
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item, Milestone, MilestoneFact
from bot.domain.vocabulary import MilestoneState, TimeboxState


@frozen
class MilestoneWork:
    """One title: the GitLab milestones that bear it, what the contract says, and its items of work."""

    title: str
    found: tuple[Milestone, ...]
    fact: MilestoneFact | None
    items: tuple[Item, ...]
    baseline: date | None
    due: date | None
    start: date | None
    closed: date | None

    @property
    def ref(self) -> str:
        return self.found[0].ref if self.found else ""


def find_milestones(engagement: Engagement, work: Sequence[Item], calendar: WorkCalendar) -> tuple[MilestoneWork, ...]:
    """All milestones by due date, then title; one named in the facts alone is there too, without a reference."""
    facts = {fact.milestone: fact for fact in reversed(engagement.facts.milestones)}
    found: dict[str, list[Milestone]] = {}
    for milestone in sorted(engagement.milestones, key=lambda m: (m.title, m.ref)):
        found.setdefault(milestone.title, []).append(milestone)
    items: dict[str, list[Item]] = {}
    for item in work:
        if item.milestone:
            items.setdefault(item.milestone, []).append(item)
    views = [
        _view(title, found.get(title, ()), facts.get(title), items.get(title, ()), calendar)
        for title in facts.keys() | found.keys() | items.keys()
    ]
    return tuple(sorted(views, key=lambda v: (v.due or v.baseline or date.max, v.title)))


def milestone_done(view: MilestoneWork) -> bool:
    """Closed, or all its items closed."""
    return _all_closed(view.found) or (bool(view.items) and not any(item.is_open for item in view.items))


def milestone_baseline(found: Iterable[Milestone], fact: MilestoneFact | None) -> date | None:
    """The contract's due date, else the first one that GitLab is known to have had."""
    if fact and fact.due:
        return fact.due
    return max((day for m in found if (day := first_due(m))), default=None)


def first_due(milestone: Milestone) -> date | None:
    """The first due date that a milestone is known to have had."""
    for change in milestone.due_history:
        if change.previous is not None or change.new is not None:
            return change.previous or change.new
    return milestone.due_date


def milestone_statuses(subject: Subject, forecasts: Iterable[MilestoneForecast] = ()) -> tuple[MilestoneStatus, ...]:
    """Every milestone against its baseline, with the forecast of those that are open."""
    by_title = {forecast.title: forecast for forecast in forecasts}
    return tuple(_status(view, by_title.get(view.title), subject) for view in subject.milestone_views)


def _view(
    title: str,
    found: Sequence[Milestone],
    fact: MilestoneFact | None,
    items: Sequence[Item],
    calendar: WorkCalendar,
) -> MilestoneWork:
    """Where several projects have a milestone of that title, the latest dates count."""
    baseline = milestone_baseline(found, fact)
    return MilestoneWork(
        title=title,
        found=tuple(found),
        fact=fact,
        items=tuple(items),
        baseline=baseline,
        due=max((m.due_date for m in found if m.due_date), default=fact.due if fact else None),
        start=min((m.start_date for m in found if m.start_date), default=None),
        closed=_closed_on(found, items, calendar),
    )


def _all_closed(found: Sequence[Milestone]) -> bool:
    return bool(found) and all(m.state == TimeboxState.CLOSED for m in found)


def _closed_on(found: Sequence[Milestone], items: Sequence[Item], calendar: WorkCalendar) -> date | None:
    """The day on which its last item was closed; where it holds none, or open ones, that of its close, as far as known.

    GitLab tells no closing time of a milestone, and an edit must not move its finish: items say when it was done.
    """
    closings = [item.closed_at for item in items if item.closed_at]
    if not items or len(closings) < len(items) or any(item.is_open for item in items):
        closings = [m.closed_at for m in found if m.closed_at] if _all_closed(found) else []
    return calendar.local_day(max(closings)) if closings else None


def _status(view: MilestoneWork, forecast: MilestoneForecast | None, subject: Subject) -> MilestoneStatus:
    done = milestone_done(view)
    p50, p80 = (forecast.finish.p50, forecast.finish.p80) if forecast and not done else (None, None)
    reached = view.closed if done else p50
    between = subject.calendar.working_days_between
    return MilestoneStatus(
        title=view.title,
        ref=view.ref,
        baseline=view.baseline,
        due=view.due,
        closed=view.closed if done else None,
        forecast=p50,
        forecast_p80=p80,
        on_time_probability=forecast.on_time_probability if forecast and not done else None,
        slip_days=between(view.baseline, reached) if view.baseline and reached else None,
        state=MilestoneState.DONE if done else _open_state(view, p80, subject.day),
        items_open=sum(item.is_open for item in view.items),
        items_total=len(view.items),
        web_url=view.found[0].web_url if view.found else "",
    )


def _open_state(view: MilestoneWork, p80: date | None, day: date) -> MilestoneState:
    if view.due and view.due < day:
        return MilestoneState.LATE
    return MilestoneState.AT_RISK if view.due and p80 and p80 > view.due else MilestoneState.ON_TRACK
