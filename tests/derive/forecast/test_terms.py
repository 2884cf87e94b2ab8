"""The terms of a contract: its mean rate, the share of hours that is billable, and what change orders add."""

from __future__ import annotations

from typing import Any

import pytest

from bot.derive.forecast.history import WorkAxis
from bot.derive.forecast.terms import Terms, make_terms
from bot.derive.subject import Subject
from tests.builders import CALENDAR, make_item, make_log, make_settings, make_subject


def terms_of(**values: Any) -> Terms:
    subject: Subject = make_subject(**values)
    return make_terms(subject, WorkAxis(CALENDAR))


def test_the_mean_rate_is_that_of_the_billable_hours_logged() -> None:
    """20 hours at 100, 20 at 150, of which 10 wait for approval; 20 that nobody pays: 80 of 100 with the usual 40."""
    work, free = make_item(1), make_item(2, labels=["non-billable"])
    logs = [
        make_log(work, 20, "2026-11-02"),
        make_log(work, 10, "2026-11-02", user="bob"),
        make_log(work, 10, "2026-11-02", user="bob", approved=False),
        make_log(free, 20, "2026-11-02"),
    ]
    rates = make_settings(finance={"rates": {"default": 100, "bob": 150}})
    made = terms_of(settings=rates, facts={"value": None, "hours": None}, items=[work, free], timelogs=logs)
    assert (made.rate, made.pending_money, made.billed_money.sum()) == (125, 1500, 3500)
    assert made.billable_share == pytest.approx(0.8)


def test_hours_taken_back_and_hours_without_a_rate_say_nothing_of_the_mean() -> None:
    work = make_item(1)
    rates = make_settings(finance={"rates": {"default": 100, "bob": 150}})
    unsold: dict[str, Any] = {"value": None, "hours": None}
    back = [make_log(work, 10, "2026-11-02", user="bob"), make_log(work, -10, "2026-11-02")]
    assert terms_of(settings=rates, facts=unsold, items=[work], timelogs=back).rate == 100
    dearer = [make_log(work, 10, "2026-11-02"), make_log(work, -8, "2026-11-02", user="bob")]
    assert terms_of(settings=rates, facts=unsold, items=[work], timelogs=dearer).rate == 100
    unknown = make_settings(finance={"rates": {"carl": 100}})
    logs = [make_log(work, 9, "2026-11-02")]
    assert terms_of(settings=unknown, facts=unsold, items=[work], timelogs=logs).rate is None
    more_back = [make_log(work, 10, "2026-11-02", billable=False), make_log(work, -90, "2026-11-02")]
    assert terms_of(items=[work], timelogs=more_back).billable_share == 1.0


def test_change_orders_move_value_and_hours_by_what_was_decided() -> None:
    orders = [
        make_item(2, labels=["change-order::approved"], facts={"hours": 10, "value": 2000}, closed="2026-10-20"),
        make_item(3, labels=["change-order::rejected"], facts={"hours": 7, "value": 900}, closed="2026-10-20"),
        make_item(4, labels=["change-order::proposed"], facts={"hours": 5, "value": 700}),
    ]
    made = terms_of(items=[make_item(1), *orders])
    assert (made.value, made.hours, made.upside_value, made.approved_value) == (22_000, 110, 700, 2000)
    assert [value for _, value, _ in made.added] == [2000]
    bare = terms_of(items=[make_item(1), *orders], facts={"value": None, "hours": None})
    assert (bare.value, bare.hours) == (None, None)
