"""The scope's axis by value, and the facts that a colour rests on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.decisions.axes import budget_axis, schedule_axis, scope_axis
from bot.derive.results import (
    MilestoneStatus,
    Progress,
    Schedule,
    Scope,
)
from bot.domain.vocabulary import MilestoneState
from tests.builders import DAY, make_item
from tests.derive.test_axes_at_thresholds import BASELINE, axis, budget, chance, colours, said


@pytest.mark.parametrize(
    ("growth", "expected"),
    [
        (0.04, ("green", "green")), (0.06, ("green", "yellow")), (0.1, ("yellow", "yellow")), (0.19, ("yellow", "yellow")),
        (0.21, ("yellow", "red")), (0.25, ("red", "red")),
    ],
)  # fmt: skip
def test_growth_of_the_scope(growth: float, expected: tuple[str, str]) -> None:
    derived = {"scope": Scope(growth=growth, added=2, baseline_day=date(2026, 8, 3))}
    assert colours(scope_axis, derived=derived) == expected


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (None, "No baseline of the work is known (facts: `baseline` or `start`)."),
        (DAY, "No work is as old as the baseline 2026-11-20."),
        (DAY - timedelta(days=1), "No work is as old as the baseline 2026-11-19."),
        (DAY + timedelta(days=1), "The baseline 2026-11-21 is yet to come."),
    ],
)
def test_why_growth_is_not_known(day: date | None, text: str) -> None:
    assert said(scope_axis, derived={"scope": Scope(baseline_day=day)}) == [text]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"growth": 0.0, "added": 0}, "No work was added since 2026-08-03."),
        ({"growth": 0.0, "added": 3}, "Approved change orders cover the work added since 2026-08-03 (3 items added)."),
        ({"growth": 0.004, "added": 1}, "Less than 1 % was added to the scope since 2026-08-03 (1 item)."),
        (
            {"growth": 0.2, "added": 3, "approved_hours": 9},
            "Scope grew by 20 % since 2026-08-03 beyond approved change orders (3 items added).",
        ),
        ({"growth": 0.2, "added": 3}, "Scope grew by 20 % since 2026-08-03 (3 items added)."),
        (
            {"growth": 0.2, "added": 3, "approved_value": 9},
            "Scope grew by 20 % since 2026-08-03 beyond approved change orders (3 items added).",
        ),
    ],
)
def test_growth_in_words(changes: dict[str, Any], text: str) -> None:
    assert said(scope_axis, derived={"scope": Scope(baseline_day=date(2026, 8, 3), **changes)}) == [text]


def test_ten_items_are_evidence_enough() -> None:
    items = [make_item(n) for n in range(1, 13)]
    planned = {item.ref: date(2026, 11, n + 1) for n, item in enumerate(items)}
    behind = Schedule(planned_value=70, earned_value=50, spi=0.7, planned=planned)
    derived = {"schedule": behind, "progress": Progress(percent=0.5, done=50, total=100)}
    found = axis(schedule_axis, items=items, derived=derived)
    assert found.reasons[0].evidence == tuple(item.ref for item in items[:10])


# -- the facts that a colour rests on: what changed takes a bad reading back sooner


def test_the_facts_of_an_axis_are_what_a_reader_can_see() -> None:
    done = MilestoneStatus("Done", state=MilestoneState.DONE, due=BASELINE)
    late = MilestoneStatus("Late", state=MilestoneState.LATE, due=BASELINE, items_open=1)
    plain = MilestoneStatus("Plain", state=MilestoneState.ON_TRACK, slip_days=1, baseline=BASELINE, due=DAY)
    dated = axis(schedule_axis, derived={"schedule": Schedule(milestones=(done, late, plain))}).signal.facts
    assert dated == (date(2026, 12, 18), ("Done", BASELINE, "done"), ("Late", BASELINE, "late"), ("Plain", DAY, ""))
    scope = Scope(growth=0.2, added=3, removed=2, approved_hours=5, approved_value=7, baseline_day=DAY)
    assert axis(scope_axis, derived={"scope": scope}).signal.facts == (3, 2, 5, 7)
    assert axis(budget_axis, derived=budget(0.5, 0.4)).signal.facts == (100, False)
    assert axis(budget_axis, derived=budget(1.2, 0.4)).signal.facts == (100, True)
    for share in (0.4, 0.0, None):
        assert axis(schedule_axis, derived=chance(0.5, progress=Progress(percent=share))).signal.done == (share or 0.0)
