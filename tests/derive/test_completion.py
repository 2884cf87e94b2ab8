"""The completion checklist and the days from completion to Finance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive.decisions.completion import derive_completion
from bot.derive.results import Acceptance, ChangeOrder, Completion, Scope
from bot.domain.vocabulary import AcceptanceState, ChangeOrderState
from tests.builders import make_item, make_log, make_subject

DONE = make_item(1, closed="2026-11-10")


def completion_of(*accepted: Acceptance, orders: tuple[ChangeOrder, ...] = (), **values: Any) -> Completion:
    derived = {"acceptance": accepted, "scope": Scope(change_orders=orders), "phase": "complete"}
    return derive_completion(make_subject(items=values.pop("items", [DONE]), derived=derived, **values))


def accepted(on: str | None = "2026-11-17", state: AcceptanceState = AcceptanceState.ACCEPTED) -> Acceptance:
    return Acceptance("Design", state=state, accepted_on=date.fromisoformat(on) if on else None)


def test_ready_for_finance_is_the_day_on_which_the_last_gate_was_passed() -> None:
    late = ChangeOrder("g/p#9", "More", ChangeOrderState.APPROVED, decided=date(2026, 11, 18))
    found = completion_of(accepted(), accepted("2026-11-16", AcceptanceState.PASSIVELY_ACCEPTED), orders=(late,))
    assert (found.sign_off, found.change_orders_executed) == (True, True)
    assert (found.completed_on, found.ready_on, found.days_to_ready) == (date(2026, 11, 10), date(2026, 11, 18), 6)


def test_an_open_acceptance_a_pending_change_order_or_unapproved_hours_keep_it_from_finance() -> None:
    assert completion_of(accepted(), accepted(None, AcceptanceState.SENT)).ready_on is None
    pending = completion_of(accepted(), orders=(ChangeOrder("g/p#9", "More", ChangeOrderState.PROPOSED),))
    assert (pending.change_orders_executed, pending.ready_on) == (False, None)
    unapproved = completion_of(accepted(), timelogs=[make_log(None, 1, approved=False)])
    assert (unapproved.time_complete, unapproved.ready_on) == (False, None)


def test_an_acceptance_without_a_day_leaves_the_day_unknown() -> None:
    found = completion_of(accepted(None))
    assert (found.sign_off, found.ready_on) == (True, None)


def test_time_and_materials_is_ready_with_its_last_approved_hour() -> None:
    found = completion_of(timelogs=[make_log(DONE, 3, "2026-11-09")])
    assert (found.sign_off, found.time_complete, found.days_to_ready) == (None, True, 0)


def test_with_neither_sign_off_nor_hours_nothing_is_known() -> None:
    found = completion_of()
    assert (found.sign_off, found.time_complete, found.ready_on) == (None, None, None)


def test_unfinished_work_has_no_completion_day() -> None:
    subject = make_subject(items=[DONE, make_item(2)])
    assert derive_completion(subject).completed_on is None


def test_retro_and_csat_come_from_labels_of_the_root_or_an_issue() -> None:
    found = completion_of(labels=["csat::5"], items=[DONE, make_item(2, labels=["RetroComplete", "csat::4"])])
    assert (found.retro, found.csat) == (True, 4)
    assert replace(completion_of(), completed_on=None).retro is False
    assert completion_of(labels=["csat::great"]).csat is None
