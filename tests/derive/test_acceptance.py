"""Billing milestones from open to accepted: facts, labels, and acceptance by silence. 16 November 2026 is a Monday."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.money.acceptance import derive_acceptance
from bot.derive.results import Acceptance
from bot.domain.calendar import WorkCalendar
from tests.builders import make_item, make_milestone, make_subject

SENT, ACCEPTED = "acceptance::sent", "acceptance::accepted"
OPEN = make_item(1, milestone="Design")
DONE = make_item(1, milestone="Design", closed="2026-11-10")


def issue(*labels: str, **values: Any) -> Any:
    return make_item(50, milestone="Design", labels=["acceptance", *labels], **values)


def acceptance_of(*items: Any, on: str = "2026-11-20", **fact: Any) -> Acceptance:
    """Of the milestone Design, due 30 November, with an amount of 5000."""
    facts = {"milestones": [{"milestone": "Design", "amount": 5000.0, **fact}], **fact.pop("facts", {})}
    facts["milestones"][0].pop("facts", None)
    milestone = make_milestone(due_date="2026-11-30")
    values = {"calendar": fact.pop("calendar")} if "calendar" in fact else {}
    facts["milestones"][0].pop("calendar", None)
    (found,) = derive_acceptance(make_subject(items=items, milestones=[milestone], facts=facts, on=on, **values))
    return found


def test_with_open_work_it_is_open_and_with_none_it_is_ready() -> None:
    assert acceptance_of(OPEN).state == "open"
    assert acceptance_of(DONE).state == "ready"
    assert acceptance_of(DONE, issue()).state == "ready"


def test_a_request_sent_counts_business_days_from_day_one() -> None:
    found = acceptance_of(DONE, on="2026-11-19", sign_off_sent="2026-11-16")
    assert (found.state, found.sent, found.passive_on) == ("sent", date(2026, 11, 16), date(2026, 11, 20))
    assert found.accepted_on is None


def test_silence_accepts_at_the_end_of_the_last_day() -> None:
    found = acceptance_of(DONE, on="2026-11-20", sign_off_sent="2026-11-16")
    assert (found.state, found.accepted_on) == ("passively_accepted", date(2026, 11, 20))


def test_a_holiday_puts_it_off() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 18)}))
    found = acceptance_of(DONE, on="2026-11-20", sign_off_sent="2026-11-16", calendar=calendar)
    assert (found.state, found.passive_on) == ("sent", date(2026, 11, 23))


def test_without_passive_acceptance_silence_means_nothing() -> None:
    found = acceptance_of(DONE, on="2027-03-01", sign_off_sent="2026-11-16", facts={"passive_acceptance_days": 0})
    assert (found.state, found.passive_on, found.last_safe_sending) == ("sent", None, None)


def test_an_answer_accepts_at_once() -> None:
    found = acceptance_of(DONE, sign_off_sent="2026-11-16", sign_off_received="2026-11-17")
    assert (found.state, found.accepted_on) == ("accepted", date(2026, 11, 17))


def test_an_answer_after_the_silence_does_not_move_the_day_it_became_effective() -> None:
    found = acceptance_of(DONE, on="2026-11-30", sign_off_sent="2026-11-16", sign_off_received="2026-11-27")
    assert (found.state, found.accepted_on) == ("accepted", date(2026, 11, 20))


def test_facts_later_than_the_day_are_not_known_yet() -> None:
    later = {"sign_off_sent": "2026-11-16", "sign_off_received": "2026-11-17"}
    assert acceptance_of(DONE, on="2026-11-15", **later).state == "ready"
    assert acceptance_of(DONE, on="2026-11-16", **later).state == "sent"
    assert acceptance_of(OPEN, on="2026-11-15", **later).sent is None


def test_labels_of_the_acceptance_issue_count_with_their_days() -> None:
    sent = issue(SENT, label_dates={SENT: "2026-11-17"})
    found = acceptance_of(DONE, sent, on="2026-11-19")
    assert (found.state, found.sent, found.passive_on) == ("sent", date(2026, 11, 17), date(2026, 11, 23))
    accepted = issue(ACCEPTED, label_dates={SENT: "2026-11-17", ACCEPTED: "2026-11-18"})
    found = acceptance_of(DONE, accepted)
    assert (found.state, found.sent, found.accepted_on) == ("accepted", date(2026, 11, 17), date(2026, 11, 18))


def test_a_label_without_a_day_is_a_state_without_a_day() -> None:
    assert acceptance_of(DONE, issue(SENT)).passive_on is None
    found = acceptance_of(DONE, issue(ACCEPTED))
    assert (found.state, found.accepted_on) == ("accepted", None)


def test_without_a_day_of_the_label_the_closing_of_the_accepted_issue_is_the_day() -> None:
    found = acceptance_of(DONE, issue(ACCEPTED, closed="2026-11-18"))
    assert (found.state, found.accepted_on) == ("accepted", date(2026, 11, 18))
    assert acceptance_of(DONE, issue(ACCEPTED, closed="2026-11-18"), on="2026-11-17").accepted_on is None


def test_what_happened_today_is_known_today() -> None:
    today = acceptance_of(DONE, issue(ACCEPTED, label_dates={SENT: "2026-11-20", ACCEPTED: "2026-11-20"}))
    assert (today.sent, today.accepted_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert acceptance_of(DONE, issue(ACCEPTED, closed="2026-11-20")).accepted_on == date(2026, 11, 20)
    told = acceptance_of(DONE, sign_off_sent="2026-11-20", sign_off_received="2026-11-20")
    assert (told.state, told.sent, told.accepted_on) == ("accepted", date(2026, 11, 20), date(2026, 11, 20))


def test_another_acceptance_issue_that_was_closed_is_not_the_accepted_one() -> None:
    withdrawn = make_item(51, milestone="Design", labels=["acceptance"], closed="2026-11-12")
    found = acceptance_of(DONE, issue(ACCEPTED), withdrawn)
    assert (found.state, found.accepted_on) == ("accepted", None)


def test_a_request_that_was_turned_down_is_not_accepted_by_silence() -> None:
    """`acceptance::rejected` took the place of `acceptance::sent`, whose day stays known."""
    turned_down = issue("acceptance::rejected", label_dates={SENT: "2026-11-02", "acceptance::rejected": "2026-11-04"})
    found = acceptance_of(DONE, turned_down)
    assert (found.state, found.sent, found.accepted_on) == ("ready", None, None)


def test_the_facts_win_over_the_labels() -> None:
    sent = issue(SENT, label_dates={SENT: "2026-11-17"})
    assert acceptance_of(DONE, sent, sign_off_sent="2026-11-18").sent == date(2026, 11, 18)


def test_the_last_safe_day_is_for_the_quarter_the_milestone_is_due_in() -> None:
    paid = {"billing": "milestone"}
    assert acceptance_of(OPEN, on="2026-10-15", facts=paid).last_safe_sending == date(2027, 1, 25)
    assert acceptance_of(OPEN, on="2027-02-15", facts=paid).last_safe_sending == date(2027, 4, 26)


@pytest.mark.parametrize("billing", ["time_and_materials", "fixed_price"])
def test_where_acceptance_earns_nothing_no_day_is_the_last(billing: str) -> None:
    assert acceptance_of(OPEN, facts={"billing": billing}).last_safe_sending is None


def test_evidence_is_the_milestone_and_its_issue() -> None:
    assert acceptance_of(DONE, issue()).evidence == ('acme/customers/globex/migration%"Design"', issue().ref)


@pytest.mark.parametrize(
    ("facts", "titles"),
    [
        ({"milestones": [{"milestone": "Design", "due": "2026-11-30"}]}, []),
        ({"milestones": [{"milestone": "Design"}], "billing": "milestone"}, ["Design"]),
        ({"milestones": [{"milestone": "Design", "sign_off_sent": "2026-11-16"}]}, ["Design"]),
        ({"milestones": [{"milestone": "Only in the contract", "amount": 1}]}, ["Only in the contract"]),
    ],
)
def test_billing_milestones_are_those_with_money_or_a_sign_off(facts: dict[str, Any], titles: list[str]) -> None:
    found = derive_acceptance(make_subject(milestones=[make_milestone()], facts=facts))
    assert [a.milestone for a in found] == titles


def test_an_acceptance_issue_makes_its_milestone_one_to_accept() -> None:
    found = derive_acceptance(make_subject(items=[issue(SENT)], milestones=[]))
    assert [(a.milestone, a.state, a.amount) for a in found] == [("Design", "sent", None)]
