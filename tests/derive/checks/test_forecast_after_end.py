from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Forecast, Quantiles, Schedule
from tests.builders import REF, make_item
from tests.derive.checks.told import told


def _told(p50: str, p80: str, **values: Any) -> list[Finding]:
    forecast = Forecast(Quantiles(p50=date.fromisoformat(p50), p80=date.fromisoformat(p80)), 0.3)
    return told("forecast-after-end", **{"items": [make_item()], "derived": {"forecast": forecast}} | values)


def test_a_likely_finish_after_the_sow_is_high() -> None:
    [found] = _told("2026-12-21", "2027-01-08")
    assert str(found.message) == (
        "The work is likely to finish on 2026-12-21, 1 working day after the end of the SOW on 2026-12-18 "
        "(30 % chance to be on time)."
    )
    assert found.severity == "high"
    assert str(found.action).startswith("Get the new end date confirmed in writing")


def test_only_the_cautious_finish_after_the_sow_is_medium_and_the_day_itself_is_in_time() -> None:
    [found] = _told("2026-12-18", "2026-12-21")
    assert (found.severity, "at risk of finishing" in str(found.message)) == (None, True)
    assert _told("2026-12-18", "2026-12-18") == []


def test_two_months_beyond_need_a_change_order() -> None:
    """2026-12-18 and two months are 2027-02-18."""
    assert str(_told("2027-02-17", "2027-03-01")[0].action).startswith("Get the new end date")
    assert str(_told("2027-02-18", "2027-03-01")[0].action).startswith("Raise a change order")


def test_quiet_without_open_work_and_once_the_sow_has_ended() -> None:
    assert _told("2027-01-08", "2027-02-08", items=[]) == []
    assert _told("2027-01-08", "2027-02-08", on="2026-12-18") != []
    assert _told("2027-01-08", "2027-02-08", on="2026-12-21") == []


def test_the_critical_path_is_the_evidence_where_there_is_one() -> None:
    assert _told("2027-01-08", "2027-02-08")[0].evidence == (REF,)
    forecast = Forecast(Quantiles(p50=date(2027, 1, 8)))
    derived = {"forecast": forecast, "schedule": Schedule(critical_path=("x#1", "x#2"))}
    assert _told("2027-01-08", "2027-02-08", derived=derived)[0].evidence == ("x#1", "x#2")
