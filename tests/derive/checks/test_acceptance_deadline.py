from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from tests.derive.checks.told import told


def _told(last: date | None, on: str = "2026-11-20", **values: Any) -> list[Finding]:
    given: dict[str, Any] = {"amount": 30_000.0, "evidence": ("x#1",)}
    acceptance = Acceptance("Wave 1", **given | values, last_safe_sending=last)
    return told("acceptance-deadline", on=on, derived={"acceptance": (acceptance,)})


def test_ten_working_days_before_the_last_safe_day_it_is_told() -> None:
    [found] = _told(date(2026, 12, 4))
    assert str(found.message) == (
        '1 milestone must be sent for sign-off to count in the quarter of its due date; "Wave 1" must be sent by 2026-12-04 '
        "(USD 30,000 in all)."
    )
    assert found.severity is None
    assert _told(date(2026, 12, 7)) == []


def test_ready_or_passed_is_high() -> None:
    assert _told(date(2026, 12, 4), state="ready")[0].severity == "high"
    [found] = _told(date(2027, 1, 25), on="2027-01-26")
    assert found.severity == "high"
    assert '"Wave 1" should have been sent by 2027-01-25' in str(found.message)


def test_quiet_when_sent_unknown_or_when_the_quarter_is_over() -> None:
    assert _told(date(2026, 12, 4), state="sent") == []
    assert _told(None) == []
    assert _told(date(2026, 10, 26)) == []


def test_the_last_safe_day_itself_is_in_time_and_the_quarter_counts_to_its_end() -> None:
    assert _told(date(2027, 1, 25), on="2027-01-25")[0].severity is None
    assert _told(date(2027, 1, 25), on="2027-01-31") != []
    assert _told(date(2027, 1, 25), on="2027-02-01") == []
