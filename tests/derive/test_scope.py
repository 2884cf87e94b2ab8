"""Scope against its baseline, change orders, and the growth that no change order covers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.results import Scope
from bot.derive.scope.baseline import derive_scope, earlier_baselines
from bot.derive.scope.change_orders import is_pending
from bot.derive.scope.progress import derive_progress
from bot.derive.subject import evolve
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item
from bot.report.kinds.status import baseline_payload
from tests.builders import make_item, make_subject

OLD = [make_item(n, estimate_hours=10) for n in range(1, 11)]
APPROVED, PROPOSED, REJECTED = (f"change-order::{state}" for state in ("approved", "proposed", "rejected"))


def scope_of(*items: Item, earlier: tuple[int, ...] = (), **values: Any) -> Scope:
    subject = make_subject(items=items, **values)
    return derive_scope(subject.advance(evolve(subject.derived, progress=derive_progress(subject))), earlier)


def added(number: int, hours: float | None = 10, on: str = "2026-09-01", **values: Any) -> Item:
    return make_item(number, estimate_hours=hours, created_at=on, **values)


def order(number: int, label: str = APPROVED, **facts: Any) -> Item:
    values = {key: facts.pop(key) for key in ("closed", "created_at", "label_dates") if key in facts}
    return make_item(number, labels=[label], facts=facts, **{"created_at": "2026-08-20", **values})


def test_growth_is_the_value_added_by_the_value_that_existed() -> None:
    found = scope_of(*OLD, added(11), added(12, 5))
    assert (found.baseline_items, found.baseline_value, found.added, found.added_value) == (10, 100, 2, 15)
    assert found.growth == pytest.approx(0.15)


def test_work_created_on_the_baseline_day_belongs_to_the_baseline() -> None:
    assert scope_of(*OLD, added(11, on="2026-08-10"), facts={"baseline": "2026-08-10"}).growth == 0
    assert scope_of(*OLD, added(11, on="2026-08-11"), facts={"baseline": "2026-08-10"}).growth == pytest.approx(0.1)


def test_the_baseline_day_ends_in_the_calendar_s_zone() -> None:
    evening = added(11, on="2026-08-04T02:00:00+00:00")  # still 3 August in New York
    assert scope_of(*OLD, evening, calendar=WorkCalendar(timezone="America/New_York")).added == 0
    assert scope_of(*OLD, evening).added == 1


def test_what_was_dropped_by_the_baseline_day_was_never_agreed() -> None:
    gone = [
        make_item(n, estimate_hours=90, closed=day, outcome="dropped")
        for n, day in ((20, "2026-08-10"), (21, "2026-08-11"))
    ]
    found = scope_of(*OLD, *gone, added(11), facts={"baseline": "2026-08-10"})
    assert (found.baseline_items, found.baseline_value, found.removed) == (11, 190, 2), (
        "only the later one was taken away from it"
    )


def test_an_item_without_a_creation_date_is_taken_to_be_old() -> None:
    assert scope_of(make_item(created_at=None)).baseline_items == 1


def test_without_a_baseline_day_or_work_on_it_growth_is_not_known() -> None:
    assert scope_of(*OLD, facts={"start": None}).growth is None
    assert scope_of(added(1)).growth is None


def test_before_the_baseline_day_growth_is_not_known() -> None:
    assert scope_of(*OLD, facts={"baseline": "2026-11-23"}).growth is None
    assert scope_of(*OLD, facts={"baseline": "2026-11-20"}).growth == 0


def test_work_that_an_approved_change_order_brings_is_no_growth() -> None:
    found = scope_of(*OLD, added(11, 30), order(20, hours=20, value=4000))
    assert found.growth == pytest.approx(0.1)
    assert (found.approved_hours, found.approved_value) == (20, 4000)


def test_a_larger_change_order_than_the_work_so_far_is_no_negative_growth() -> None:
    assert scope_of(*OLD, added(11, 5), order(20, hours=40)).growth == 0


@pytest.mark.parametrize("label", [PROPOSED, REJECTED])
def test_a_change_order_that_is_not_approved_covers_nothing(label: str) -> None:
    assert scope_of(*OLD, added(11), order(20, label, hours=40)).growth == pytest.approx(0.1)


def test_a_change_order_approved_before_the_baseline_is_part_of_it() -> None:
    early = order(20, hours=40, label_dates={APPROVED: "2026-08-01"}, created_at="2026-07-20")
    assert scope_of(*OLD, added(11), early).growth == pytest.approx(0.1)


def test_without_hours_as_the_basis_a_change_order_covers_its_share_of_the_sow() -> None:
    items = [make_item(n) for n in range(1, 11)]
    found = scope_of(*items, added(11, None), added(12, None), order(20, hours=10))  # 10 of 100 hours = 1 of 10 items
    assert found.growth == pytest.approx(0.1)


def test_a_change_order_given_in_money_covers_what_it_buys() -> None:
    assert scope_of(*OLD, added(11, 30), order(20, value=4000)).growth == pytest.approx(0.1)


def test_what_earlier_reports_counted_and_is_gone_was_removed() -> None:
    assert scope_of(*OLD, earlier=(12, 11)).removed == 2
    assert scope_of(*OLD, earlier=(9,)).removed == 0
    assert scope_of(*OLD).removed == 0


def test_earlier_reports_count_only_for_the_same_baseline_day() -> None:
    payloads: list[dict[str, object]] = [
        {"scope": {"baseline_day": "2026-08-03", "baseline_items": 12, "counts": "leaves"}},
        {"scope": {"baseline_day": "2026-07-01", "baseline_items": 40, "counts": "leaves"}},
        {"scope": {"baseline_day": "2026-08-03", "baseline_items": 30}},
        {"scope": {"baseline_day": "2026-08-03", "baseline_items": "many"}},
        {"scope": None},
        {},
    ]
    assert earlier_baselines(payloads, date(2026, 8, 3)) == [12]
    assert earlier_baselines(payloads, None) == []


# -- change orders


def test_change_orders_are_listed_with_state_and_cycle_time() -> None:
    approved = order(20, hours=8, end="2027-01-15", label_dates={APPROVED: "2026-09-03"})
    rejected = order(21, REJECTED, closed="2026-08-30")
    pending = order(22, PROPOSED, hours=4, value=900)
    found = scope_of(*OLD, approved, rejected, pending)
    assert [(o.state, o.decided, o.cycle_days) for o in found.change_orders] == [
        ("approved", date(2026, 9, 3), 14),
        ("rejected", date(2026, 8, 30), 10),
        ("proposed", None, None),
    ]
    assert found.change_orders[0].end == date(2027, 1, 15)
    assert (found.pending_hours, found.pending_value) == (4, 900)


def test_a_proposal_closed_without_a_decision_is_not_pending() -> None:
    found = scope_of(*OLD, order(20, PROPOSED, hours=4, closed="2026-09-01"))
    assert found.pending_hours == 0
    assert not is_pending(found.change_orders[0])


def test_hours_without_a_value_are_worth_their_rate_on_time_and_materials_only() -> None:
    assert scope_of(*OLD, order(20, hours=8)).approved_value == 1600
    assert scope_of(*OLD, order(20, hours=8), facts={"billing": "fixed_price"}).approved_value == 0
    assert scope_of(*OLD, order(20, hours=8, value=0)).approved_value == 0


def test_a_figure_that_can_t_be_read_is_told_and_the_others_stand() -> None:
    found = scope_of(*OLD, order(20, hours="plenty", value=900))
    assert (found.approved_hours, found.approved_value) == (0, 900)
    (hint,) = found.hints
    assert "hours" in str(hint.text)
    assert hint.evidence == (order(20).ref,)


def test_what_was_deleted_is_known_from_what_an_earlier_report_stored() -> None:
    told = baseline_payload(Scope(baseline_items=10, removed=2, baseline_day=date(2026, 8, 3)))
    assert earlier_baselines([{"scope": told}], date(2026, 8, 3)) == [12]
    assert earlier_baselines([{"scope": told}], date(2026, 8, 4)) == [], "another baseline says nothing"
    assert baseline_payload(Scope()) == {}
