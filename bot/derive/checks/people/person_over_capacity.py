"""People booked for more hours than a week has will let some engagement down; better to choose which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import week_of_booking
from bot.derive.subject import Subject
from bot.domain.calendar import Period, week_of
from bot.domain.messages import Phrase, hours, listing
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "person_over_capacity_ratio": Threshold(
        1.1, "ratio", "Booked hours above the hours there are by this factor are a risk"
    ),
    "person_over_capacity_weeks": Threshold(4, "weeks", "How far ahead to look, this week included"),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Hard bookings of the whole portfolio against the calendar, this week and the next ones."""
    found = []
    for person in sorted(_team(subject)):
        for week in _weeks(subject):
            booked = subject.load.get(person, {}).get(week.name, 0.0)
            free = subject.availability.hours(person, week.first, week.last)
            if booked > free * subject.threshold("person_over_capacity_ratio"):
                found.append((booked - free, person, week.name, booked, free))
    if not found:
        return
    found.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    _, person, week_name, booked, free = found[0]
    people = sorted({entry[1] for entry in found})
    yield Finding(
        Phrase(
            "{names} {n|is|are} booked beyond their time; most of all {person} in {week} with {hours} of {free} there are.",
            names=listing(people),
            n=len(people),
            person=person,
            week=week_name,
            hours=hours(booked),
            free=free,
        ),
        (subject.engagement.ref,),
        Phrase("Settle with the other engagements' PMs who gets the hours, and move the bookings."),
    )


def _team(subject: Subject) -> set[str]:
    """Whoever has open work here or is booked for it from this week on."""
    this_week = week_of(subject.day).first
    booked = {b.user for b in subject.engagement.bookings if (w := week_of_booking(b)) and w.first >= this_week}
    return booked | {person for item in subject.to_do for person in item.assignees}


def _weeks(subject: Subject) -> list[Period]:
    count_of = int(subject.threshold("person_over_capacity_weeks"))
    return [week_of(subject.day + timedelta(weeks=n)) for n in range(count_of)]


RULE = Rule(id="person-over-capacity", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
