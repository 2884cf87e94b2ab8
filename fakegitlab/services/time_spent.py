"""Time tracking, and reactions: small writes that several doors lead to."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from fakegitlab import history
from fakegitlab.entities import Award, Item, Note, TimeLog
from fakegitlab.services.access import Actor
from fakegitlab.services.refusal import invalid

UNITS = {"mo": 576000, "w": 144000, "d": 28800, "h": 3600, "m": 60, "s": 1}
PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*(mo|w|d|h|m|s)", re.IGNORECASE)


def parse_duration(text: str) -> int:
    """`1w 3d 2h 14m` in seconds; a minus sign subtracts; a bare number means hours."""
    cleaned = text.strip()
    sign = -1 if cleaned.startswith("-") else 1
    body = cleaned.lstrip("+-").strip()
    if re.fullmatch(r"\d+(\.\d+)?", body):
        return sign * round(float(body) * 3600)
    if not body or PIECE.sub("", body).strip():
        raise ValueError(f"not a duration: {text!r}")
    return sign * round(sum(float(number) * UNITS[unit.lower()] for number, unit in PIECE.findall(body)))


def split_date(argument: str) -> tuple[str, date | None]:
    """`1h 2026-11-20` as duration and day."""
    match = re.fullmatch(r"(.*?)\s+(\d{4}-\d\d-\d\d)", argument.strip())
    return (match[1], date.fromisoformat(match[2])) if match else (argument, None)


def add_spent(
    actor: Actor, item: Item, seconds: int, spent: date | datetime | None, summary: str | None, note: Note | None = None
) -> TimeLog:
    """Log time; not in the future, not below zero."""
    world = actor.world
    if spent is None:
        spent = world.now
    elif not isinstance(spent, datetime):
        spent = datetime.combine(spent, time(12), UTC)
    if spent.date() > world.today:
        raise invalid("spent_at", "cannot be a future date.")
    if seconds == 0 or item.time_spent + seconds < 0:
        raise invalid("time_spent", "Time to subtract exceeds the total time spent")
    log = TimeLog(world.next_id("timelog"), item, actor.user, seconds, spent, world.now, summary, note)
    item.timelogs.append(log)
    world.timelogs[log.id] = log
    verb = "added" if seconds > 0 else "subtracted"
    text = f"{verb} {history.time_text(abs(seconds))} of time spent at {spent:%Y-%m-%d %H:%M:%S} UTC"
    history.add_system_note(world, item, actor.user, text, "time_tracking")
    item.updated_at = world.now
    world.record("timelog.create", item.reference, actor.user, seconds)
    return log


def add_award(actor: Actor, target: Item | Note, name: str) -> Award:
    """React; twice the same is refused."""
    if any(award.user is actor.user and award.name == name for award in target.awards):
        raise invalid("name", "has already been taken")
    award = Award(actor.world.next_id("award"), name, actor.user, actor.world.now)
    target.awards.append(award)
    actor.world.record("award.create", _place(target), actor.user, name)
    return award


def remove_award(actor: Actor, target: Item | Note, award: Award) -> None:
    """Take a reaction back."""
    target.awards.remove(award)
    actor.world.record("award.delete", _place(target), actor.user, award.name)


def toggle_award(actor: Actor, target: Item | Note, name: str) -> Award | None:
    """Add the reaction, or take it back."""
    for award in target.awards:
        if award.user is actor.user and award.name == name:
            remove_award(actor, target, award)
            return None
    return add_award(actor, target, name)


def _place(target: Item | Note) -> str:
    return target.reference if isinstance(target, Item) else f"{target.item.reference} note {target.id}"
