"""Delivery: the status is current, nothing is overdue, the RAID log is kept, escalations are served, hours approved."""

from __future__ import annotations

from datetime import timedelta

from bot.derive.checks.gates.gate import WORKED, WORKING, Gate, Refs, but_few, unless
from bot.derive.decisions.questions import days_late, in_planning, last_activity, last_touched, working_days_since
from bot.derive.results import RaidEntry
from bot.derive.subject import Subject
from bot.domain.calendar import week_of
from bot.domain.messages import Phrase


def _status_current(subject: Subject) -> Refs:
    last = last_activity(subject)
    days = subject.threshold("no_weekly_update_days")
    if not subject.to_do or in_planning(subject):
        return None
    return unless(last is not None and (subject.day - last).days <= days, subject)


def _items_updated(subject: Subject) -> Refs:
    """Work that somebody is at: assigned and, as far as dates tell, begun."""
    limit = subject.day - timedelta(days=int(subject.threshold("stale_items_days")))
    begun = [i for i in subject.to_do if i.assignees and (i.start_date is None or i.start_date <= subject.day)]
    return but_few([i for i in begun if (touched := last_touched(subject, i)) and touched <= limit], begun, subject)


def _nothing_overdue(subject: Subject) -> Refs:
    dated = [item for item in subject.to_do if item.due_date]
    return but_few([item for item in dated if days_late(subject, item.due_date)], dated, subject)


def _open_entries(subject: Subject) -> list[RaidEntry]:
    return [entry for entry in subject.derived.raid if entry.state != "closed"]


def _raid_complete(subject: Subject) -> Refs:
    entries = _open_entries(subject)
    return tuple(sorted(entry.ref for entry in entries if entry.missing)) if entries else None


def _raid_reviewed(subject: Subject) -> Refs:
    entries = [entry for entry in _open_entries(subject) if entry.review]
    late = sorted(entry.ref for entry in entries if entry.review and entry.review < subject.day)
    return tuple(late) if entries else None


def _escalations_served(subject: Subject) -> Refs:
    found = subject.derived.escalations
    return tuple(sorted(e.ref for e in found if e.overdue)) if found else None


def _escalations_have_a_way_out(subject: Subject) -> Refs:
    found = subject.derived.escalations
    lacking = sorted(e.ref for e in found if not (e.has_path_to_green and e.has_exit_criteria))
    return tuple(lacking) if found else None


def _hours_approved(subject: Subject) -> Refs:
    """Hours are submitted on Friday and approved on Monday: those of a week ago should be."""
    logs = [log for log in subject.engagement.timelogs if log.billable]
    if not logs:
        return None
    waiting = (working_days_since(subject, log.spent_at) or 0 for log in logs if not log.approved)
    return unless(all(days <= subject.threshold("compliance_approval_days") for days in waiting), subject)


def _booked_ahead(subject: Subject) -> Refs:
    """Somebody is booked hard next week; asked only where bookings are given, and the SOW runs that long."""
    following = week_of(subject.day + timedelta(weeks=1))
    end = subject.derived.end
    if not subject.engagement.bookings or not subject.to_do or (end and end < following.first):
        return None
    return unless(any(b.week == following.name and b.kind == "hard" for b in subject.engagement.bookings), subject)


DELIVER: tuple[Gate, ...] = (
    Gate("status-current", WORKING, Phrase("Nothing in GitLab changed for more than a week."), _status_current),
    Gate(
        "items-updated",
        WORKING,
        Phrase("Items under way that were not updated for two weeks: {n}.", n=0),
        _items_updated,
    ),
    Gate("nothing-overdue", WORKING, Phrase("Overdue items: {n}.", n=0), _nothing_overdue),
    Gate("raid-complete", WORKING, Phrase("RAID entries that lack a required field: {n}.", n=0), _raid_complete),
    Gate("raid-reviewed", WORKING, Phrase("RAID entries past their review date: {n}.", n=0), _raid_reviewed),
    Gate(
        "escalations-updated",
        WORKED,
        Phrase("Escalations without the update that is due: {n}.", n=0),
        _escalations_served,
    ),
    Gate(
        "escalations-have-exit",
        WORKED,
        Phrase("Escalations without path to green or exit criteria: {n}.", n=0),
        _escalations_have_a_way_out,
    ),
    Gate("hours-approved", WORKED, Phrase("Billable hours older than a week are not approved."), _hours_approved),
    Gate("booked-ahead", WORKING, Phrase("Nobody is booked for next week."), _booked_ahead),
)
