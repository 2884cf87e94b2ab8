"""Absences from a leave system's CSV or a team's calendar: joined to people, what joins nobody is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from bot.app.absences import Absences, read_absences, with_absences
from bot.app.session import open_session
from bot.config.people import Person

PEOPLE = {"priya": Person(email="priya@example.com"), "Sam.Okafor": Person()}
ZONE = ZoneInfo("Europe/Berlin")


def read(text: str, where: str = "away.csv") -> Absences:
    return read_absences(text, where, PEOPLE, ZONE, {})


def spans(found: Absences) -> list[tuple[str, str]]:
    return [(user, f"{a.first}..{a.last}") for user, a in found.away]


def event(*lines: str) -> str:
    body = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *body, "END:VCALENDAR", ""])


@pytest.mark.parametrize(
    "text",
    [
        "user,first,last\npriya,2026-12-21,2027-01-01\n",
        "Username;From;To\n@priya;21.12.2026;01.01.2027\n",
        "person\tstart\tend\npriya\t2026-12-21\t2027-01-01\n",
    ],
)
def test_a_csv_of_any_leave_system_is_read(text: str) -> None:
    assert spans(read(text)) == [("priya", "2026-12-21..2027-01-01")]


def test_a_day_alone_is_one_day_and_a_bad_row_costs_itself() -> None:
    found = read("user,first,last\npriya,2026-12-21,\npriya,soon,\npriya,2026-12-21,2026-12-01\n,2026-12-21,\n")
    assert spans(found) == [("priya", "2026-12-21..2026-12-21")]
    assert len(found.faults) == 3
    assert found.faults[0].startswith("away.csv:3: first")


@pytest.mark.parametrize(
    "lines",
    [
        ("SUMMARY:Holiday", "ATTENDEE:mailto:Priya@example.com", "DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270102"),
        ("SUMMARY:priya away", "DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270102"),
        ("SUMMARY:off", "ORGANIZER:mailto:priya@example.com", "DTSTART:20261220T230000Z", "DTEND:20270101T230000Z"),
    ],
    ids=["attendee", "summary", "organizer, at instants"],
)  # fmt: skip
def test_an_event_is_whose_it_says(lines: tuple[str, ...]) -> None:
    assert spans(read(event(*lines), "team.ics")) == [("priya", "2026-12-21..2027-01-01")]


def test_a_persons_own_calendar_is_known_by_its_files_name() -> None:
    found = read(event("SUMMARY:Skiing", "DTSTART;VALUE=DATE:20261221"), "leave/sam.okafor.ics")
    assert spans(found) == [("Sam.Okafor", "2026-12-21..2026-12-21")]


def test_what_is_nobodys_or_repeats_is_named_and_what_is_cancelled_is_not() -> None:
    day = "DTSTART;VALUE=DATE:20261221"
    assert "nobody's" in read(event("SUMMARY:Team day", day), "team.ics").faults[0]
    assert "repeats" in read(event("SUMMARY:priya", day, "RRULE:FREQ=WEEKLY"), "team.ics").faults[0]
    assert read(event("SUMMARY:Team day", day, "STATUS:CANCELLED"), "team.ics") == Absences()
    assert read("BEGIN:VCALENDAR\nrubbish", "x.ics").away == ()


def test_absences_join_people_whatever_the_letter_case() -> None:
    away = read("user,first\nPRIYA,2026-12-21\nnew,2026-12-22\nPRIYA,2026-12-21\n").away
    people = with_absences(PEOPLE, away)
    assert people["priya"].is_away(date(2026, 12, 21))
    assert people["priya"].email == "priya@example.com"
    assert len(people["priya"].away) == 1
    assert people["new"].is_away(date(2026, 12, 22))


def test_the_config_names_the_files(tmp_path: Path) -> None:
    (tmp_path / "away.csv").write_text("user,first\nlee,2026-12-21\nlee,soon\n", encoding="utf-8")
    settings = {"portfolio": {"namespaces": {"a": "internal"}}, "calendar": {"absences": ["away.csv"]}}
    (tmp_path / "config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    session = open_session(tmp_path / "config.yml", {})
    assert session.settings.people["lee"].is_away(date(2026, 12, 21))
    assert len(session.faults) == 1
