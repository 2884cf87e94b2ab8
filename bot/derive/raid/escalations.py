"""Open escalations and their clock: when the next update is due, by severity (GitLab's account escalation process)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from bot.config import Threshold
from bot.derive.labels import is_escalation, label_day, label_value
from bot.derive.raid.log import derive_raid, read_words
from bot.derive.results import SEVERITIES, Escalation
from bot.derive.subject import Subject
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

ESCALATION_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "escalation_critical_days": Threshold(1, "working days", "A critical escalation is updated this often"),
        "escalation_high_days": Threshold(2, "working days", "A high escalation is updated this often"),
        "escalation_medium_days": Threshold(5, "working days", "A medium escalation is updated this often"),
        "escalation_low_days": Threshold(10, "working days", "A low escalation is updated this often"),
    }
)


def derive_escalations(subject: Subject) -> tuple[Escalation, ...]:
    """Every open issue with the escalation label, RAID entries included; the worst and oldest first."""
    labels = subject.settings.labels
    levels = {entry.ref: entry.level for entry in derive_raid(subject)}
    found = [
        _make_escalation(item, levels.get(item.ref), subject)
        for item in subject.engagement.items
        if item.is_open and is_escalation(item, labels)
    ]
    return tuple(sorted(found, key=lambda e: (-SEVERITIES.index(e.severity), -e.age_days, e.ref)))


def _make_escalation(item: Item, level: Severity | None, subject: Subject) -> Escalation:
    severity = _severity(item, level, subject)
    local = subject.calendar.local_day
    created = local(item.created_at) if item.created_at else None
    since = label_day(item, subject.settings.labels.escalation, subject.calendar) or created
    updated = max((day for day in (*map(local, _updates(item)), since) if day), default=None)
    due = _update_due(updated, severity, subject)
    return Escalation(
        ref=item.ref,
        title=item.title,
        severity=severity,
        age_days=max(0, (subject.day - since).days) if since else 0,
        update_due=due,
        overdue=due is not None and due < subject.day,
        has_path_to_green=read_words(item.facts.get("path_to_green")) is not None,
        has_exit_criteria=read_words(item.facts.get("exit_criteria")) is not None,
        owner=read_words(item.facts.get("owner")) or min(item.assignees, default=None),
        web_url=item.web_url,
    )


def _updates(item: Item) -> tuple[datetime, ...]:
    """What was said about it: its comments and edits. A snapshot that holds none tells of its last change only."""
    if item.updates is not None:
        return item.updates
    return (item.updated_at,) if item.updated_at else ()


def _severity(item: Item, level: Severity | None, subject: Subject) -> Severity:
    """The facts', else the label's, else the RAID level; medium where nobody said."""
    told = (
        read_words(item.facts.get("severity")),
        label_value(item.labels, subject.settings.labels.severity),
        level,
    )
    return next((Severity(s.casefold()) for s in told if s and s.casefold() in SEVERITIES), Severity.MEDIUM)


def _update_due(updated: date | None, severity: Severity, subject: Subject) -> date | None:
    """The cadence of its severity after the last update."""
    if updated is None:
        return None
    return subject.calendar.add_working_days(updated, int(subject.threshold(f"escalation_{severity}_days")))
