"""The model ⇄ snapshot JSON. A snapshot is enough to derive and to render; nothing here reads GitLab."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import Any, Final

from bot.domain.belonging import mark_places, places_of, settle
from bot.domain.border import admitted, is_sane_day, one_line, read_instant, shortened
from bot.domain.customers import keep_apart
from bot.domain.errors import UsageError
from bot.domain.facts import make_facts, merge_facts
from bot.domain.messages import Phrase, Series
from bot.domain.model import (
    Booking,
    DueChange,
    Engagement,
    FactFault,
    Facts,
    Item,
    Milestone,
    Portfolio,
    TimeLog,
)
from bot.domain.snapshot_reader import Clock, SnapshotReader
from bot.domain.users import with_one_spelling
from bot.domain.vocabulary import BookingKind, ItemState, Outcome, TimeboxState

FORMAT = "psbot-snapshot/1"
MAX_DIGITS = 30
_AS_THEY_ARE: Final = frozenset({str, int, float, bool, type(None)})


class SnapshotProblem(UsageError):
    """A file that is no snapshot. Exit code 2."""


# -- model → JSON


def dump_snapshot(portfolio: Portfolio) -> dict[str, Any]:
    """The snapshot as plain JSON values, in a fixed order; a missing value is null."""
    return {
        "format": FORMAT,
        "taken_at": _plain(portfolio.taken_at),
        "engagements": [_dump_engagement(e) for e in sorted(portfolio.engagements, key=lambda e: e.ref)],
        "failures": [str(failure) for failure in portfolio.failures],
        "members": {path: list(names) for path, names in sorted(portfolio.members.items())},
        "unread": list(portfolio.unread),
        "known": list(portfolio.known),
    }


def _dump_engagement(engagement: Engagement) -> dict[str, Any]:
    plain = _dump(dataclasses.replace(engagement, items=(), milestones=()))
    del plain["what_if"]
    plain["items"] = [_dump_item(item) for item in sorted(engagement.items, key=lambda i: i.ref)]
    plain["milestones"] = [_dump_dated(m) for m in sorted(engagement.milestones, key=lambda m: (m.title, m.ref))]
    return plain


def _dump_item(item: Item) -> dict[str, Any]:
    plain = _dump_dated(item)
    del plain["later_labels"]
    return plain


def _dump_dated(value: Item | Milestone) -> dict[str, Any]:
    plain = _dump(value)
    plain["due_history"] = [
        {"from": _plain(c.previous), "to": _plain(c.new), "at": _plain(c.at)} for c in value.due_history
    ]
    return plain


def _dump(value: Any) -> dict[str, Any]:
    model: Any = type(value)
    return {
        name: one if type(one := getattr(value, name)) in _AS_THEY_ARE else _plain(one) for name in _field_names(model)
    }


@cache
def _field_names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Phrase | Series):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _dump(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in sorted(value.items())} if value else {}
    return value


# -- JSON → model


def load_snapshot(
    text: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    zone: tzinfo = UTC,
    zones: Mapping[str, tzinfo] | None = None,
) -> Portfolio:
    """Read a snapshot; `overrides` are the config's `engagements:` facts. Raises SnapshotProblem where it is none.

    Hours given by an instant count on its day in `zone`, or as the person's day, whose own one is in `zones`.

    A value that can't be read costs its engagement that value and is named in its `errors`, with its place.
    """
    try:
        data = json.loads(text, parse_constant=lambda name: name, parse_int=_whole)
    except (ValueError, RecursionError) as problem:
        raise SnapshotProblem(f"not JSON: {problem}", "snapshot") from problem
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = str(data.get("format"))[:40] if isinstance(data, dict) else type(data).__name__
        raise SnapshotProblem(f"format is {one_line(found)!r}, not {FORMAT!r}", "snapshot")
    faults: list[str] = []
    reader = SnapshotReader("snapshot", data, faults, Clock(zone, zones or {}))
    members = SnapshotReader("snapshot.members", reader.mapping("members"), faults)
    engagements = tuple(_engagements(reader, overrides or {}))
    engagements = settle(keep_apart(mark_places(engagements, places_of(e.facts for e in engagements))))
    return with_one_spelling(
        admitted(
            Portfolio(
                engagements=engagements,
                taken_at=reader.instant("taken_at"),
                members={path: members.texts(path) for path in members.data},
                failures=(*reader.texts("failures"), *faults),
                unread=reader.texts("unread"),
                known=reader.texts("known"),
            )
        )
    )


def load_unpublished(text: str) -> tuple[str, ...]:
    """The reports that failed in the run of which this snapshot is a part."""
    return SnapshotReader("snapshot", json.loads(text), []).texts("unpublished")


def _whole(digits: str) -> float:
    """A whole number; one of more digits than any that is meant becomes infinite, and is refused where it stands."""
    return int(digits) if len(digits) <= MAX_DIGITS else math.inf


def _engagements(reader: SnapshotReader, overrides: Mapping[str, Mapping[str, Any]]) -> Iterator[Engagement]:
    """Each engagement once; one without a reference can't be served, and is named."""
    seen: set[str] = set()
    for found in reader.children("engagements"):
        ref = found.text("ref")
        if not ref or ref in seen:
            reader.faults.append(f"{found.where}: {'has no ref' if not ref else 'has the ref of another one'}")
            continue
        seen.add(ref)
        own = SnapshotReader(found.where, found.data, [], found.clock)
        engagement = _engagement(own, overrides)
        yield dataclasses.replace(engagement, errors=(*engagement.errors, *shortened(own.faults)))


DAY_LENGTH = len("2026-11-20")


def _engagement(r: SnapshotReader, overrides: Mapping[str, Mapping[str, Any]]) -> Engagement:
    ref = r.text("ref")
    facts, faults = make_facts({k: v for k, v in r.mapping("facts").items() if v is not None})
    facts, more = _overridden(facts, _of(overrides, ref))
    stored = tuple(
        FactFault(f.text("key"), int(f.number("line") or 0), f.text("message"), f.text("ref"))
        for f in r.children("fact_faults")
    )
    known = {(fault.key, fault.message) for fault in stored}
    state = r.state("state", ItemState.OPENED)
    return Engagement(
        ref=ref,
        title=r.text("title"),
        web_url=r.text("web_url"),
        state=state,
        closed_at=_closed_at(r, state),
        created_at=r.instant("created_at"),
        labels=r.texts("labels"),
        label_dates=r.instants("label_dates"),
        health_status=r.optional_text("health_status"),
        assignees=r.texts("assignees"),
        due_date=r.day("due_date"),
        confidential=r.flag("confidential", False),
        facts=facts,
        fact_faults=tuple(f for f in faults + more if (f.key, str(f.message)) not in known) + stored,
        customer_visible_facts=r.texts("customer_visible_facts"),
        items=tuple(item for i in r.children("items") for item in [_item(i)] if i.has("ref")),
        milestones=tuple(stone for m in r.children("milestones") for stone in [_milestone(m)] if m.has("title")),
        timelogs=tuple(log for t in r.children("timelogs") if (log := _timelog(t))),
        bookings=tuple(booked for b in r.children("bookings") for booked in [_booking(b)] if b.has("week")),
        hours_difference=r.number("hours_difference"),
        errors=r.texts("errors"),
        unread=r.texts("unread"),
    )


def _of(overrides: Mapping[str, Mapping[str, Any]], ref: str) -> Mapping[str, Any] | None:
    """The entry of a reference, in whatever letters."""
    folded = ref.casefold()
    return next((facts for key, facts in overrides.items() if key.casefold() == folded), None)


def _overridden(facts: Facts, override: Mapping[str, Any] | None) -> tuple[Facts, tuple[FactFault, ...]]:
    return merge_facts(facts, override) if override else (facts, ())


def _closed_at(r: SnapshotReader, state: ItemState | TimeboxState) -> datetime | None:
    """The day of closing; what was reopened since is open, and was closed on no day. A senseless one is left to be named."""
    at = r.instant("closed_at")
    is_kept = state in (ItemState.CLOSED, TimeboxState.CLOSED) or (at is not None and not is_sane_day(at.date()))
    return at if is_kept else None


def _item(r: SnapshotReader) -> Item:
    state = r.state("state", ItemState.OPENED)
    return Item(
        ref=r.text("ref"),
        title=r.text("title"),
        type=r.text("type", "issue"),
        state=state,
        created_at=r.instant("created_at"),
        closed_at=_closed_at(r, state),
        start_date=r.day("start_date"),
        due_date=r.day("due_date"),
        milestone=r.optional_text("milestone"),
        weight=r.number("weight"),
        estimate_hours=r.number("estimate_hours"),
        spent_hours=r.number("spent_hours"),
        assignees=r.texts("assignees"),
        labels=r.texts("labels"),
        label_dates=r.instants("label_dates"),
        blocked_by=r.texts("blocked_by"),
        confidential=r.flag("confidential", False),
        health_status=r.optional_text("health_status"),
        updated_at=r.instant("updated_at"),
        due_history=_due_history(r),
        facts=r.mapping("facts"),
        web_url=r.text("web_url"),
        iteration=r.optional_text("iteration"),
        parent=r.optional_text("parent"),
        outcome=r.choice("outcome", Outcome),
        status=r.optional_text("status"),
        takes_texts=r.flag("takes_texts", False),
        updates=_updates(r),
    )


def _updates(r: SnapshotReader) -> tuple[datetime, ...] | None:
    if r.data.get("updates") is None:
        return None
    return tuple(at for text in r.texts("updates") if (at := read_instant(text)))


def _milestone(r: SnapshotReader) -> Milestone:
    state = r.state("state", TimeboxState.ACTIVE)
    return Milestone(
        title=r.text("title"),
        ref=r.text("ref"),
        start_date=r.day("start_date"),
        due_date=r.day("due_date"),
        state=state,
        closed_at=_closed_at(r, state),
        web_url=r.text("web_url"),
        due_history=_due_history(r),
    )


def _due_history(r: SnapshotReader) -> tuple[DueChange, ...]:
    changes = []
    for change in r.children("due_history"):
        at = change.instant("at")
        if at is None:
            change.missing("at")
        else:
            changes.append(DueChange(change.day("from"), change.day("to"), at))
    return tuple(sorted(changes, key=lambda c: c.at))


def _timelog(r: SnapshotReader) -> TimeLog | None:
    told, user = r.data.get("spent_at"), r.text("user")
    at = read_instant(told) if isinstance(told, str) and len(told) > DAY_LENGTH else None
    spent_at = r.clock.day(at, user) if at else r.day("spent_at")
    if spent_at is None:
        r.missing("spent_at")
        return None
    return TimeLog(
        item=r.optional_text("item"),
        user=user,
        spent_at=spent_at,
        hours=r.number("hours") or 0.0,
        billable=r.flag("billable", True),
        approved=r.flag("approved", True),
    )


def _booking(r: SnapshotReader) -> Booking:
    return Booking(
        r.text("user"),
        r.text("week"),
        r.number("hours") or 0.0,
        r.choice("kind", BookingKind) or BookingKind.HARD,
        r.day("known"),
    )
