"""milestones.ics, read back by a calendar's own parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from icalendar import Calendar

from bot.derive.results import Acceptance, Derived, EngagementDerived, Forecast, MilestoneStatus, Quantiles, Schedule
from bot.domain.vocabulary import AcceptanceState, MilestoneState
from bot.report.site.calendar_file import calendar_file

DAY = date(2026, 11, 20)
GO_LIVE = MilestoneStatus(
    "Go-live; phase 1,\r\nBEGIN:VALARM", ref='acme/globex%"Go-live"', baseline=date(2026, 11, 30), due=date(2026, 12, 4),
    forecast=date(2026, 12, 11), forecast_p80=date(2026, 12, 18), state=MilestoneState.AT_RISK, web_url="https://gitlab.example.com/m/1",
)  # fmt: skip
DESIGN = MilestoneStatus(
    "Design", ref="acme/globex%1", due=date(2026, 10, 1), closed=date(2026, 10, 2), state=MilestoneState.DONE
)


def derived(*milestones: MilestoneStatus) -> Derived:
    acceptance = (Acceptance("Go-live", 50_000, AcceptanceState.OPEN, last_safe_sending=date(2027, 1, 22)),)
    engagement = EngagementDerived(
        "acme&7", customer="Globex", schedule=Schedule(milestones=milestones), acceptance=acceptance
    )
    return Derived(DAY, "USD", (engagement,))


def events(text: str) -> dict[date, tuple[str, str]]:
    found = Calendar.from_ical(text).walk("VEVENT")
    return {e.decoded("dtstart"): (str(e["summary"]), str(e.get("description", ""))) for e in found}


def test_milestones_forecasts_and_last_safe_days_are_events() -> None:
    found = events(calendar_file(derived(GO_LIVE, DESIGN)))
    assert sorted(found) == [date(2026, 10, 2), date(2026, 12, 4), date(2026, 12, 11), date(2027, 1, 22)]
    assert found[date(2026, 12, 4)][0] == "Globex: Go-live; phase 1, BEGIN:VALARM"
    assert "P80" in found[date(2026, 12, 4)][1]
    assert found[date(2026, 10, 2)][0].endswith("(done)")


def test_a_moved_milestone_keeps_its_uid() -> None:
    def uid(milestone: MilestoneStatus) -> list[str]:
        return [str(e["uid"]) for e in Calendar.from_ical(calendar_file(derived(milestone))).walk("VEVENT")]

    moved = replace(GO_LIVE, due=date(2027, 1, 8), forecast=date(2027, 1, 9), title="Go-live, renamed")
    assert uid(GO_LIVE) == uid(moved)
    assert len(set(uid(GO_LIVE))) == 3


def test_a_customer_reads_milestones_and_no_forecast_amount_or_address() -> None:
    text = calendar_file(derived(GO_LIVE, DESIGN), customer=True)
    assert sorted(events(text)) == [date(2026, 10, 2), date(2026, 12, 4)]
    assert not any(word in text for word in ("P80", "sign-off", "URL", "50000"))


def test_the_same_facts_give_the_same_file() -> None:
    assert calendar_file(derived(GO_LIVE)) == calendar_file(derived(GO_LIVE))


def test_the_end_of_the_sow_is_an_event_with_the_forecast_for_ourselves_alone() -> None:
    finish = Quantiles(p50=date(2026, 12, 21), p80=date(2027, 1, 8))
    (engagement,) = derived(GO_LIVE).engagements
    one = replace(engagement, end=date(2026, 12, 18), forecast=Forecast(finish=finish))
    known = replace(derived(), engagements=(one,))
    assert events(calendar_file(known))[date(2026, 12, 18)] == (
        "Globex: end of the SOW",
        "Finish, even chance (P50): 2026-12-21\nFinish, four in five (P80): 2027-01-08",
    )
    assert events(calendar_file(known, customer=True))[date(2026, 12, 18)] == ("Globex: end of the SOW", "")


def test_report_days_are_events_of_our_own_calendar_that_stay_apart() -> None:
    reports = [("status", date(2026, 11, 26)), ("status", date(2026, 12, 3)), ("monthly", date(2026, 12, 1))]
    found = events(calendar_file(derived(), reports=reports))
    assert found[date(2026, 12, 1)][0] == "psbot: monthly report"
    assert {date(2026, 11, 26), date(2026, 12, 3)} <= set(found)
    assert "report" not in calendar_file(derived(), customer=True, reports=reports)
