"""What past days said is found once: a later run derives the new days alone, and whatever was changed since is derived anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bench.derive import DAY, START, make_portfolio
from bot.config import Settings
from bot.derive import past_signals
from bot.derive.decisions.status import Signals
from bot.derive.past_memory import Days, Memory
from bot.derive.pipeline import make_subjects, with_default_thresholds
from bot.derive.scope.baseline import COUNTS
from bot.domain.model import DueChange, Engagement, Item, Portfolio, TimeLog, as_of
from bot.domain.vocabulary import ItemState, Outcome

SETTINGS = with_default_thresholds(
    Settings.model_validate({"portfolio": {"namespaces": {"acme/ps-internal": "internal"}}})
)
CALENDAR = SETTINGS.work_calendar(range(2025, 2029))
PAST = tuple(DAY - timedelta(days=n) for n in range(0, 40, 3))
ITEMS = 16


class Box:
    """A shelf that outlives a run."""

    def __init__(self) -> None:
        self.left: dict[str, Days] = {}

    def days_of(self, ref: str) -> Days:
        return dict(self.left.get(ref, {}))

    def leave(self, days: Mapping[str, Days]) -> None:
        self.left.update(days)


def small() -> Portfolio:
    """Two engagements, the second a closed one, with items of which half are done."""
    first, second = make_portfolio(2).engagements
    first = replace(first, items=first.items[:ITEMS], timelogs=first.timelogs[:ITEMS])
    items = tuple(replace(i, state=ItemState.OPENED if n % 2 else ItemState.CLOSED) for n, i in enumerate(first.items))
    items = tuple(replace(i, closed_at=None) if i.is_open else i for i in items)
    return Portfolio((replace(first, items=items), replace(second, items=second.items[:ITEMS])))


def said(portfolio: Portfolio, memory: Memory, day: date = DAY, *payloads: dict[str, object]) -> dict[date, Signals]:
    """What each past day said of the first engagement."""
    subjects = make_subjects(as_of(portfolio, day, CALENDAR.zone), day, SETTINGS, CALENDAR)
    past = past_signals.past_signals(subjects[0], None, payloads, memory.seen_from(subjects))
    found = {then: past(then) for then in PAST}
    memory.leave()
    return found


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=START.tzinfo)


def with_item(change: Callable[[Item], Item], number: int = 1) -> Callable[[Engagement], Engagement]:
    def changed(e: Engagement) -> Engagement:
        items = list(e.items)
        items[number] = change(items[number])
        return replace(e, items=tuple(items))

    return changed


BEFORE, AFTER = DAY - timedelta(days=20), DAY + timedelta(days=1)
MOVED = DueChange(date(2026, 9, 2), date(2026, 12, 24), at(BEFORE))
CHANGES: dict[str, Callable[[Engagement], Engagement]] = {
    "an estimate": with_item(lambda i: replace(i, estimate_hours=99.0)),
    "a fact": lambda e: replace(e, facts=replace(e.facts, hours=40.0)),
    "the end": lambda e: replace(e, facts=replace(e.facts, end=date(2026, 10, 30))),
    "a closing of then": with_item(lambda i: replace(i, state=ItemState.CLOSED, closed_at=at(BEFORE))),
    "an item of then": lambda e: replace(e, items=(*e.items, replace(e.items[1], ref="x#1", created_at=at(BEFORE)))),
    "hours of then": lambda e: replace(e, timelogs=(*e.timelogs, TimeLog(e.items[1].ref, "ann", BEFORE, 900.0))),
    "a change order": with_item(lambda i: replace(i, labels=("change-order::approved",))),
    "an item that is dropped": with_item(
        lambda i: replace(i, state=ItemState.CLOSED, closed_at=at(BEFORE), outcome=Outcome.DROPPED)
    ),
    "a milestone that moved": lambda e: replace(
        e, milestones=(replace(e.milestones[0], due_history=(MOVED,), due_date=MOVED.new), *e.milestones[1:])
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_past_is_derived_anew(name: str) -> None:
    box, before = Box(), small()
    old = said(before, Memory(box))
    first, *others = before.engagements
    after = replace(before, engagements=(CHANGES[name](first), *others))
    fresh = said(after, Memory())
    assert fresh != old
    assert said(after, Memory(box)) == fresh


def test_what_happens_later_leaves_the_past_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    box, before = Box(), small()
    old = said(before, Memory(box))
    first, *others = before.engagements
    last = first.items[3]
    now = replace(
        first,
        items=(*first.items[:3], replace(last, state=ItemState.CLOSED, closed_at=at(AFTER)), *first.items[4:]),
        timelogs=(*first.timelogs, TimeLog(last.ref, "ann", AFTER, 8.0)),
    )
    monkeypatch.setattr(past_signals.PastDays, "signals", lambda *_: pytest.fail("a day was derived again"))
    after = replace(before, engagements=(now, *others))
    assert said(after, Memory(box), AFTER) == old
    assert said(after, Memory(box), DAY) == old


def test_one_more_report_of_a_baseline_leaves_the_past_alone_but_not_one_that_was_larger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, *others = small().engagements
    day = date(2026, 9, 1)
    portfolio = Portfolio((replace(first, facts=replace(first.facts, baseline=day)), *others))

    def report(items: int) -> dict[str, object]:
        return {"scope": {"counts": COUNTS, "baseline_day": day.isoformat(), "baseline_items": items}}

    box, asked = Box(), report(ITEMS)
    old = said(portfolio, Memory(box), DAY, asked)
    fresh = said(portfolio, Memory(), DAY, asked, report(99 * ITEMS))
    assert fresh != old
    assert said(portfolio, Memory(box), DAY, asked, report(99 * ITEMS)) == fresh
    monkeypatch.setattr(past_signals.PastDays, "signals", lambda *_: pytest.fail("a day was derived again"))
    assert said(portfolio, Memory(box), DAY, asked, report(99 * ITEMS), report(ITEMS)) == fresh


def test_another_engagement_that_was_closed_by_then_teaches_otherwise() -> None:
    box, before = Box(), small()
    first, second = before.engagements
    said(before, Memory(box))
    closed = replace(second, state=ItemState.CLOSED, closed_at=at(BEFORE))
    days = dict(box.left[first.ref])
    said(replace(before, engagements=(first, closed)), Memory(box))
    changed = {day for day, (key, _) in box.left[first.ref].items() if key != days[day][0]}
    assert changed == {day for day in PAST if day >= BEFORE}


def test_a_label_without_a_meaning_changes_nothing() -> None:
    box, before = Box(), small()
    said(before, Memory(box))
    days = dict(box.left[before.engagements[0].ref])
    first, *others = before.engagements
    noted = with_item(
        lambda i: replace(i, labels=(*i.labels, "workflow::review"), label_dates={"workflow::review": at(BEFORE)})
    )
    said(replace(before, engagements=(noted(first), *others)), Memory(box))
    assert box.left[first.ref] == days


def test_days_of_long_ago_are_not_kept_for_ever() -> None:
    box = Box()
    memory = Memory(box)
    said(small(), memory)
    ref = small().engagements[0].ref
    subjects = make_subjects(small(), DAY, SETTINGS, CALENDAR)
    memory.seen_from(subjects).past(subjects[0], (), lambda day: {})(DAY - timedelta(days=200))
    memory.leave()
    assert min(box.left[ref]) > DAY - timedelta(days=121)
