"""What Finance can invoice by month, what blocks the rest, and what leaks. Worked by hand: 200 an hour."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive.billing_results import Billing, BillingLine
from bot.derive.money.acceptance import derive_acceptance
from bot.derive.money.budget import derive_budget
from bot.derive.money.invoicing import derive_invoicing, to_invoice
from bot.derive.results import Completion, Scope
from bot.derive.subject import Subject, evolve
from bot.domain.vocabulary import Phase
from tests.builders import make_facts, make_item, make_log, make_milestone, make_settings, make_subject

ITEM = make_item(1)


def lines(**values: Any) -> tuple[BillingLine, ...]:
    subject = make_subject(items=values.pop("items", [ITEM]), **values)
    return derive_invoicing(with_money(subject))


def with_money(subject: Subject) -> Subject:
    subject = subject.advance(evolve(subject.derived, budget=derive_budget(subject)))
    return subject.advance(evolve(subject.derived, acceptance=derive_acceptance(subject)))


def test_approved_billable_hours_are_ready_by_month_and_person() -> None:
    logs = [make_log(ITEM, 10, "2026-10-30"), make_log(ITEM, 5, "2026-11-02"), make_log(ITEM, 2, "2026-11-03", "bob")]
    found = [(line.month, line.what, line.hours, line.amount, line.state) for line in lines(timelogs=logs)]
    assert found == [
        ("2026-10", "ann", 10, 2000, Billing.READY),
        ("2026-11", "ann", 5, 1000, Billing.READY),
        ("2026-11", "bob", 2, 400, Billing.READY),
    ]


def test_hours_that_nobody_approved_block_and_after_a_month_they_leak() -> None:
    logs = [make_log(ITEM, 3, "2026-11-12", approved=False), make_log(ITEM, 4, "2026-10-01", approved=False)]
    assert [(line.hours, line.state) for line in lines(timelogs=logs)] == [(4, Billing.LEAK), (3, Billing.BLOCKED)]


def test_non_billable_hours_are_no_line() -> None:
    internal = make_item(2, labels=["non-billable"])
    logs = [make_log(internal, 3, "2026-11-12"), make_log(ITEM, 1, "2026-11-12", billable=False)]
    assert lines(items=[ITEM, internal], timelogs=logs) == ()


def test_hours_beyond_the_value_leak_until_a_change_order_pays_for_them() -> None:
    logs = [make_log(ITEM, 90, "2026-10-30"), make_log(ITEM, 20, "2026-11-02")]
    found = {(line.month, line.state): line.amount for line in lines(timelogs=logs)}
    assert found == {
        ("2026-10", Billing.READY): 18_000,
        ("2026-11", Billing.READY): 2_000,
        ("2026-11", Billing.LEAK): 2_000,
    }
    approved = lines(timelogs=logs, derived={"scope": Scope(approved_value=2_000)})
    assert {line.state for line in approved} == {Billing.READY}


def test_work_that_nobody_signed_for_leaks() -> None:
    risky = make_item(3, labels=["work-at-risk"])
    (line,) = lines(items=[risky], timelogs=[make_log(risky, 8, "2026-11-10")])
    assert (line.state, line.amount, line.evidence) == (Billing.LEAK, 1600, (risky.ref,))


def test_what_finance_has_invoiced_is_ready_no_more() -> None:
    logs = [make_log(ITEM, 10, "2026-10-30"), make_log(ITEM, 5, "2026-11-02")]
    found = lines(timelogs=logs, facts={"invoiced_through": date(2026, 10, 31)})
    assert [line.state for line in found] == [Billing.INVOICED, Billing.READY]


@pytest.mark.parametrize(
    ("fact", "state", "month"),
    [
        ({"sign_off_sent": "2026-11-02", "sign_off_received": "2026-11-04"}, Billing.READY, "2026-11"),
        ({"sign_off_sent": "2026-10-01"}, Billing.READY, "2026-10"),
        ({"sign_off_sent": "2026-11-19"}, Billing.BLOCKED, "2026-11"),
        ({}, Billing.BLOCKED, "2026-11"),
    ],
    ids=["accepted", "accepted by silence", "sent", "done"],
)
def test_a_milestone_is_billed_once_it_is_accepted(fact: dict[str, str], state: Billing, month: str) -> None:
    facts = {"billing": "milestone", "milestones": [{"milestone": "Design", "amount": 5000.0, **fact}]}
    done = make_item(1, milestone="Design", closed="2026-09-20")
    (line,) = lines(items=[done], milestones=[make_milestone(due_date="2026-11-30")], facts=facts)
    assert (line.kind, line.what, line.amount, line.state, line.month) == ("milestone", "Design", 5000, state, month)


def test_a_milestone_with_open_work_is_no_line_yet() -> None:
    facts = {"billing": "milestone", "milestones": [{"milestone": "Design", "amount": 5000.0}]}
    open_item = make_item(1, milestone="Design")
    assert lines(items=[open_item], milestones=[make_milestone(due_date="2026-11-30")], facts=facts) == ()


@pytest.mark.parametrize(("sign_off", "state"), [(None, Billing.READY), (False, Billing.BLOCKED)])
def test_a_fixed_price_is_billed_when_the_work_is_over_and_nothing_is_missing(
    sign_off: bool | None, state: Billing
) -> None:
    done = Completion(sign_off=sign_off, completed_on=date(2026, 11, 10))
    derived = {"phase": Phase.COMPLETE, "completion": done}
    (line,) = lines(facts={"billing": "fixed_price"}, derived=derived)
    assert (line.kind, line.amount, line.state) == ("contract", 20_000, state)


def test_a_fixed_price_pays_for_no_hour_beyond_the_sow() -> None:
    (line,) = lines(facts={"billing": "fixed_price"}, timelogs=[make_log(ITEM, 120, "2026-11-02")])
    assert (line.state, line.hours, line.amount) == (Billing.LEAK, 20, 4_000)


def test_without_a_rate_the_hours_are_told_and_no_amount() -> None:
    (line,) = lines(facts={"value": None}, timelogs=[make_log(ITEM, 5, "2026-11-02")])
    assert (line.hours, line.amount, line.state) == (5, None, Billing.READY)


def test_hours_of_an_engagement_that_nobody_says_how_to_bill_are_blocked() -> None:
    (line,) = lines(facts={"billing": None}, timelogs=[make_log(ITEM, 5, "2026-11-02")])
    assert (line.hours, line.state) == (5, Billing.BLOCKED)


def test_the_config_s_rates_say_nothing_of_a_contract_in_another_currency() -> None:
    settings = make_settings(finance={"currency": "USD", "rates": {"default": 150.0}})
    logs = [make_log(ITEM, 5, "2026-11-02")]
    (foreign,) = lines(facts={"value": None, "currency": "EUR"}, timelogs=logs, settings=settings)
    (own,) = lines(facts={"value": None}, timelogs=logs, settings=settings)
    (agreed,) = lines(facts={"value": None, "currency": "EUR", "rate": 90.0}, timelogs=logs, settings=settings)
    assert (foreign.amount, own.amount, agreed.amount) == (None, 750, 450)


def test_hours_without_a_time_log_are_blocked_and_named() -> None:
    later, first = make_item(2, spent_hours=4.0), make_item(1, spent_hours=8.0)
    (line,) = lines(items=[later, first], timelogs=[])
    assert (line.hours, line.amount, line.state) == (12, None, Billing.BLOCKED)
    assert line.evidence == (first.ref, later.ref), "the same in whatever order they were read"


def test_what_finance_sees_of_a_month_are_its_own_lines_and_all_that_is_open() -> None:
    logs = [
        make_log(ITEM, 10, "2026-10-30"),
        make_log(ITEM, 5, "2026-11-02"),
        make_log(ITEM, 3, "2026-10-29", approved=False),
    ]
    found = lines(timelogs=logs)
    assert [line.hours for line in to_invoice(found, "2026-11", make_facts())[Billing.READY]] == [5]
    billed = make_facts(invoiced_through=date(2026, 9, 30))
    assert [line.hours for line in to_invoice(found, "2026-11", billed)[Billing.READY]] == [10, 5]
    assert [line.hours for line in to_invoice(found, "2026-11", make_facts())[Billing.BLOCKED]] == [3]


LOGS = st.lists(
    st.tuples(st.floats(-8, 40).map(lambda h: round(h, 2)), st.dates(), st.booleans(), st.booleans()), max_size=12
)


@given(LOGS)
def test_no_billable_hour_is_lost_or_told_twice_and_never_more_than_the_value_is_ready(logs: list[Any]) -> None:
    made = [make_log(ITEM, hours, on, billable=paid, approved=ok) for hours, on, paid, ok in logs]
    found = lines(timelogs=made)
    assert sum(line.hours for line in found) == pytest.approx(sum(h for h, _, paid, _ in logs if paid), abs=0.01)
    assert sum(line.amount or 0 for line in found if line.state is Billing.READY) <= 20_000.01
