from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.domain.model import TimeLog
from tests.builders import make_log
from tests.derive.checks.told import told


def _told(on: str, *logs: TimeLog) -> list[Finding]:
    return told("unapproved-hours", on=on, timelogs=logs)


def test_five_working_days_before_the_quarter_ends_they_are_told() -> None:
    """The last working day of FY27-Q4 is Friday 2027-01-29."""
    log = make_log(None, 6.0, "2027-01-12", approved=False)
    [found] = _told("2027-01-22", log)
    assert str(found.message) == "Not approved yet: 6 hours of ann; FY27-Q4 ends on 2027-01-31."
    assert found.severity is None
    assert _told("2027-01-21", log) == []


def test_hours_of_an_earlier_quarter_are_high_at_any_time() -> None:
    [found] = _told("2026-11-20", make_log(None, 4.0, "2026-10-30", "bob", approved=False))
    assert (
        str(found.message)
        == "Not approved yet: 4 hours of bob, 4 hours of them from earlier quarters; FY27-Q4 ends on 2027-01-31."
    )
    assert found.severity == "high"


def test_approved_unbillable_and_tiny_amounts_are_quiet() -> None:
    assert _told("2027-01-25", make_log(None, 6.0, "2027-01-12")) == []
    assert _told("2027-01-25", make_log(None, 6.0, "2027-01-12", approved=False, billable=False)) == []
    assert _told("2027-01-25", make_log(None, 0.75, "2027-01-12", approved=False)) == []


def test_the_first_day_of_the_quarter_belongs_to_it_and_one_hour_is_worth_a_word() -> None:
    """FY27-Q4 began on 2026-11-01."""
    assert _told("2026-11-20", make_log(None, 4.0, "2026-11-01", approved=False)) == []
    [found] = _told(
        "2027-01-25",
        make_log(None, 1.0, "2026-10-31", "bob", approved=False),
        make_log(None, 1.0, "2026-11-01", "ann", approved=False),
    )
    assert str(found.message).startswith(
        "Not approved yet: 2 hours of ann and bob, 1 hour of them from earlier quarters"
    )
    assert _told("2027-01-25", make_log(None, 1.0, "2026-11-02", approved=False)) != []
    [found] = _told(
        "2026-11-20",
        make_log(None, 1.0, "2026-10-31", "bob", approved=False),
        make_log(None, 1.0, "2026-11-01", "ann", approved=False),
    )
    assert str(found.message).startswith("Not approved yet: 1 hour of bob, ")
