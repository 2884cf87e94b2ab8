"""What changed when, from GitLab's own notes and events. Parsing only: who reads them is `histories`.

Dates change in system notes (GitLab: app/services/system_notes/time_tracking_service.rb), which tell the new date only,
so the old one is found by replaying. They are always English. Labels change in resource events.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.domain.frozen import frozen
from bot.domain.model import DueChange, label_scope
from bot.gitlab_api.translate import instant

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Issues: `changed due date to September 20, 2018`, `… and changed due date to …`, `removed due date September 20, 2018`,
# older `removed due date`. Epics before 18.0: `changed finish date to Sep 20, 2018`, `removed the due date`.
SAME_MOMENT: Final = timedelta(seconds=5)
"""GitLab takes a scoped label away in the moment in which it gives the next one."""
_DATE = r"[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
_ABOUT_DATES = re.compile(r"(?:changed|removed) (?:the )?(?:start|due|finish) date\b")
_CHANGED = re.compile(rf"\bchanged (?:the )?(?:due|finish) date to (?P<date>{_DATE})")
_LEFT = re.compile(r"(?:promoted to epic|moved to|marked this [a-z ]+ as a duplicate of) \S")
# `added ~1 label`, `added ~1 ~2 + 1 deleted labels and removed ~3 label`, `added ~4 scoped label and automatically removed …`
_LABELS = re.compile(
    r"(?:added (?P<added>\S.*?) (?:scoped )?labels?)?(?: and )?"
    r"(?:(?:automatically )?removed (?P<removed>\S.*?) (?:scoped )?labels?)?"
)
_LABEL_ID = re.compile(r"~(\d{1,18})\b")
_REMOVED = re.compile(rf"\bremoved (?:the )?(?:due|finish) date\b(?: (?P<date>{_DATE}))?")


@frozen
class DueNote:
    """One system note about a due date: the date it set (None = removed), and the one it took away, where it says."""

    at: datetime
    new: date | None
    old: date | None = None


def read_due_note(body: str, at: datetime) -> DueNote | None:
    """What a system note says of the due date; None when it is about something else (a title may quote the wording)."""
    if not _ABOUT_DATES.match(body):
        return None
    changed = _CHANGED.search(body)
    if changed and (new := english_date(changed["date"])):
        return DueNote(at, new)
    removed = _REMOVED.search(body)
    return DueNote(at, None, english_date(removed["date"] or "")) if removed else None


def tells_of_leaving(body: str) -> bool:
    """Whether a system note says that the item goes on elsewhere: moved, promoted to an epic, or a duplicate."""
    return _LEFT.match(body) is not None


def english_date(text: str) -> date | None:
    """`September 20, 2018` or `Sep 20, 2018`; None when it is neither."""
    match = re.fullmatch(r"([A-Z][a-z]+)\.? (\d{1,2}), (\d{4})", text)
    if not match or match[1][:3].lower() not in MONTHS:
        return None
    try:
        return date(int(match[3]), MONTHS.index(match[1][:3].lower()) + 1, int(match[2]))
    except ValueError:
        return None


def replay_due(notes: Iterable[DueNote]) -> tuple[DueChange, ...]:
    """The changes in order, each with the date before it.

    A date set at creation leaves no note on older servers: the first change's former date is then known only where the
    note says what it removed. Repetitions are no changes.
    """
    changes: list[DueChange] = []
    before: date | None = None
    for note in sorted(notes, key=lambda n: n.at):
        previous = note.old or before
        before = note.new
        if previous != note.new:
            changes.append(DueChange(previous, note.new, note.at))
    return tuple(changes)


@frozen
class LabelNote:
    """A note about labels, which GitLab makes up from its events: ids of labels; deleted ones have none any more."""

    added: tuple[int, ...]
    removed: tuple[int, ...]


def read_label_note(body: str) -> LabelNote | None:
    """What a system note says of labels (`added ~12 ~15 labels and removed group~3 label`); None when it is about something else."""
    match = _LABELS.fullmatch(body.strip())
    if not match or not (match["added"] or match["removed"]):
        return None
    added, removed = (tuple(int(i) for i in _LABEL_ID.findall(match[half] or "")) for half in ("added", "removed"))
    return LabelNote(added, removed)


def label_events(notes: Iterable[Sequence[Any]], names: Mapping[int, str]) -> list[dict[str, Any]] | None:
    """The label events behind notes ([at, who, ids added, ids removed]); None where a label's name is not known."""
    found: list[dict[str, Any]] = []
    for at, who, *changes in sorted(notes, key=lambda note: str(note[0])):
        for action, numbers in zip(("add", "remove"), changes, strict=True):
            for number in numbers:
                if number not in names:
                    return None
                event = {"created_at": at, "user": {"id": who}, "action": action, "label": {"name": names[number]}}
                found.append({"id": len(found), **event})
    return found


def label_dates(events: Iterable[Mapping[str, Any]]) -> dict[str, tuple[datetime, int]]:
    """When each label was last added, and the id of the user who did it (0: nobody that is left).

    A label that another one of its scope replaced keeps its date: what stood before is part of the history. One that was
    taken away is gone. A label deleted since has no name left (`label` is null).
    """
    dates: dict[str, tuple[datetime, int]] = {}
    removed: dict[str, datetime] = {}
    added: dict[str, list[datetime]] = {}
    for event in sorted(events, key=lambda e: (str(e.get("created_at")), int(e["id"]))):
        label, at = event.get("label"), instant(event.get("created_at"))
        if not label or at is None:
            continue
        name = str(label["name"])
        if event.get("action") == "add":
            dates[name] = at, int((event.get("user") or {}).get("id") or 0)
            removed.pop(name, None)
            added.setdefault(label_scope(name), []).append(at)
        else:
            removed[name] = at
    gone = {
        name
        for name, at in removed.items()
        if not label_scope(name) or all(abs(at - then) > SAME_MOMENT for then in added.get(label_scope(name), ()))
    }
    return {name: found for name, found in dates.items() if name not in gone}
