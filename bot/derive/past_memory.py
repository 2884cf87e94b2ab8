"""What past days said, remembered by what decides it: within a run, and from one run to the next."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

from bot.derive.decisions.colours import Facts, Signal
from bot.derive.decisions.status import PastSignals, Signals
from bot.derive.past_keys import Key, PastKeys
from bot.derive.subject import Subject
from bot.domain.vocabulary import ItemState

Payloads = Sequence[Mapping[str, object]]
Days = dict[date, tuple[Key, Signals]]
"""What was said of each day, and the digest of what decided it."""
KEPT_FOR = timedelta(days=120)
"""So far back from the last day kept: further than any report looks week by week."""


class Shelf(Protocol):
    """Where an earlier run left what past days said."""

    def days_of(self, ref: str) -> Days:
        """What is left of an engagement."""
        ...

    def leave(self, days: Mapping[str, Days]) -> None:
        """What the next run finds of these engagements."""


@dataclass
class Memory:
    """What past days said, of one config and calendar.

    Most days say what the day before said: what is equal is kept once.
    """

    shelf: Shelf | None = None
    _fresh: dict[str, Days] = field(default_factory=dict)
    """What was found that the shelf does not have, by engagement."""
    _known: dict[tuple[str, date, Key], Signals] = field(default_factory=dict)
    _same: dict[Signal, Signal] = field(default_factory=dict)
    _facts: dict[Facts, Facts] = field(default_factory=dict)
    _days: dict[tuple[tuple[str, Signal], ...], Signals] = field(default_factory=dict)
    _shelved: dict[str, Days] = field(default_factory=dict)
    _keys: PastKeys | None = None

    def seen_from(self, subjects: Sequence[Subject]) -> PastOutlook:
        """For engagements as of one day."""
        if subjects and self._keys is None:
            self._keys = PastKeys(subjects[0].settings.labels, subjects[0].calendar)
        return PastOutlook(self, self._keys, subjects)

    def leave(self) -> None:
        """Put on the shelf what is new."""
        if self.shelf is None or not self._fresh:
            return
        for ref, days in self._fresh.items():
            known = self._shelved[ref] | days
            last = max(known) - KEPT_FOR
            self._shelved[ref] = {day: said for day, said in sorted(known.items()) if day > last}
        self.shelf.leave({ref: self._shelved[ref] for ref in self._fresh})
        self._fresh.clear()

    def recall(self, ref: str, day: date, key: Key, derive: Callable[[date], Signals]) -> Signals:
        """What the day said, derived where nobody did so yet."""
        found = self._known.get((ref, day, key))
        if found is None:
            found = self._known[ref, day, key] = self._from_shelf(ref, day, key, lambda day: self._once(derive(day)))
        return found

    def _once(self, said: Signals) -> Signals:
        found = tuple((name, self._shared(signal)) for name, signal in said.items())
        return self._days.setdefault(found, dict(found))

    def _shared(self, signal: Signal) -> Signal:
        facts = self._facts.setdefault(signal.facts, signal.facts)
        return self._same.setdefault(signal, replace(signal, facts=facts))

    def _from_shelf(self, ref: str, day: date, key: Key, derive: Callable[[date], Signals]) -> Signals:
        if self.shelf is None:
            return derive(day)
        if ref not in self._shelved:
            self._shelved[ref] = self.shelf.days_of(ref)
        kept, found = self._shelved[ref].get(day, (b"", {}))
        if kept != key:
            found = derive(day)
            self._fresh.setdefault(ref, {})[day] = key, found
        return found


class PastOutlook:
    """The past of all engagements as it is seen from one day."""

    def __init__(self, memory: Memory, keys: PastKeys | None, subjects: Sequence[Subject]) -> None:
        self._memory, self._keys = memory, keys
        self._closed: tuple[list[int], list[Key]] | None = None
        self._subjects = subjects

    def past(self, subject: Subject, payloads: Payloads, derive: Callable[[date], Signals]) -> PastSignals:
        """What each past day said of an engagement."""
        key_of: Callable[[date], Key] | None = None

        def signals(day: date) -> Signals:
            nonlocal key_of
            if key_of is None:
                key_of = (self._keys or PastKeys(subject.settings.labels, subject.calendar)).of(subject, payloads)
            return self._memory.recall(subject.engagement.ref, day, key_of(day) + self._taught(day), derive)

        return signals

    def _taught(self, day: date) -> Key:
        """A digest of the engagements that were closed by a day: what finished work taught rests on them."""
        if self._closed is None:
            self._closed = self._closings()
        days, digests = self._closed
        return digests[bisect_right(days, day.toordinal())]

    def _closings(self) -> tuple[list[int], list[Key]]:
        found = []
        for subject in self._subjects:
            at = subject.engagement.closed_at
            if subject.engagement.state == ItemState.CLOSED and self._keys is not None:
                closed = subject.calendar.local_day(at).toordinal() if at else 0
                found.append((closed, subject.engagement.ref.encode(), self._keys.of(subject, ())(subject.day)))
        digest = hashlib.blake2b(digest_size=8)
        days, digests = [], [digest.digest()]
        for closed, *parts in sorted(found):
            digest.update(b" ".join(parts))
            days.append(closed)
            digests.append(digest.digest())
        return days, digests
