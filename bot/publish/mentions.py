"""Mentions below the status note: each person once an ask, never in quiet hours or on a day off, and only so many a day. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo

from bot.config.people import Person
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Audience
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, signed
from bot.publish.posts import Post, Standing
from bot.publish.steps import Step, StepAction
from bot.report.parts.mentions import Mention

MENTION = "mention"


@frozen
class MentionHours:
    """When people may be mentioned, and how often a day. `quiet` is `18:00-08:00`, in each person's own zone."""

    quiet: str
    most: int
    calendar: WorkCalendar
    people: Mapping[str, Person]
    now: datetime

    def allows(self, person: str) -> bool:
        """Whether it is a working hour of this person's."""
        local = self.now.astimezone(self._zone(person))
        begin, end = (time.fromisoformat(part) for part in self.quiet.split("-"))
        at = local.time()
        quiet = begin <= at < end if begin <= end else at >= begin or at < end
        return not quiet and any(self.calendar.working_days(local.date(), local.date()))

    def _zone(self, person: str) -> tzinfo:
        zones = {name.casefold(): p.timezone for name, p in self.people.items()}
        name = zones.get(person.casefold())
        return ZoneInfo(name) if name else self.calendar.zone


def mention_steps(mentions: Iterable[Mention], standing: Standing, hours: MentionHours) -> Iterator[Step]:
    """The mentions still to be written. One that has no note to stand below waits for it."""
    written = [p for p in standing.posts if p.own and p.marker.identity.kind == MENTION]
    known = {p.marker.identity for p in written}
    today = hours.calendar.local_day(hours.now)
    left = hours.most - sum(
        p.created_at is not None and hours.calendar.local_day(p.created_at) == today for p in written
    )
    paths = {spotted.ref: spotted.path for spotted in standing.places.values()}
    for mention in mentions:
        identity = _identity(mention)
        note = _note(standing, mention)
        if identity in known or note is None or left <= 0 or not hours.allows(mention.person):
            continue
        known.add(identity)
        left -= 1
        text = _short(mention.text)
        yield Step(
            StepAction.ASK, PostForm.REPLY, identity, mention.home, "somebody is asked", mention.engagement, paths.get(note.place, ""),
            body=signed(mention.text, Marker(identity, text)), fingerprint=text, thread=note.thread,
        )  # fmt: skip


def _identity(mention: Mention) -> Identity:
    return Identity(
        MENTION, Audience.INTERNAL, mention.engagement, f"{_short(mention.key)}/{mention.person.casefold()}"
    )


def _note(standing: Standing, mention: Mention) -> Post | None:
    """The latest status note of the engagement that this token wrote, where internal texts go."""
    place = standing.places.get(mention.home)
    notes = [
        p
        for p in standing.posts
        if p.own and p.thread and place and p.place == place.ref and _is_status(p, mention.engagement)
    ]
    return max(notes, key=lambda p: (p.marker.identity.period, p.id), default=None)


def _is_status(post: Post, engagement: str) -> bool:
    i = post.marker.identity
    return (i.kind, i.audience, i.engagement, i.part, i.draft) == ("status", Audience.INTERNAL, engagement, 1, False)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
