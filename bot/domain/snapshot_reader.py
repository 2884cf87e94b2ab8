"""Values of a snapshot, read with their place: what is none of its kind is named and left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from typing import Any, Final, TypeVar

from bot.domain.border import is_sane, one_line, plain_text
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY
from bot.domain.spent import spent_day

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


@frozen
class Clock:
    """On which day an instant counts: the organisation's zone, and people's own, by username."""

    zone: tzinfo = UTC
    zones: Mapping[str, tzinfo] = field(default_factory=lambda: EMPTY)

    def day(self, at: datetime, user: str) -> date:
        return spent_day(at, self.zone, self.zones.get(user.casefold()))


IN_UTC: Final = Clock()


class SnapshotReader:
    """One JSON object of the snapshot and where it stands; each method reads one key, and notes what it can't read."""

    def __init__(self, where: str, data: Any, faults: list[str], clock: Clock = IN_UTC) -> None:
        self.where = where
        self.clock = clock
        self.faults = faults
        self.data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            faults.append(f"{where}: must be an object")

    def _fail(self, key: str, wanted: str, value: Any = None) -> None:
        shown = repr(one_line(str(self.data.get(key) if value is None else value)[:40]))
        self.faults.append(f"{self.where}.{one_line(key)}: must be {wanted}, not {shown}")

    def _typed(self, key: str, kind: type[T], wanted: str) -> T | None:
        """The value where it is of that kind; None where there is none, or another, which is noted."""
        value = self.data.get(key)
        if value is None or isinstance(value, kind):
            return value
        self._fail(key, wanted)
        return None

    def children(self, key: str) -> list[SnapshotReader]:
        values = self.data.get(key) or []
        if not isinstance(values, list):
            self._fail(key, "a list")
            return []
        readers = [
            SnapshotReader(f"{self.where}.{key}[{n}]", value, self.faults, self.clock) for n, value in enumerate(values)
        ]
        return [reader for reader, value in zip(readers, values, strict=True) if isinstance(value, dict)]

    def text(self, key: str, default: str = "") -> str:
        value = self._typed(key, str, "text")
        return default if value is None else plain_text(value)

    def optional_text(self, key: str) -> str | None:
        return self.text(key) or None

    def choice(self, key: str, among: type[Word]) -> Word | None:
        value = self.optional_text(key)
        if value is not None and value not in tuple(among):
            self._fail(key, " or ".join(among))
            return None
        return None if value is None else among(value)

    def state(self, key: str, otherwise: Word) -> Word:
        """Closed, or otherwise: what is not said to be closed is open."""
        kind = type(otherwise)
        return kind("closed") if self.text(key) == "closed" else otherwise

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.data.get(key) or []
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            self._fail(key, "a list of texts")
            values = [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
        return tuple(map(plain_text, values))

    def number(self, key: str) -> float | None:
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not is_sane(value):
            self._fail(key, "a number")
            return None
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self._typed(key, bool, "true or false")
        return default if value is None else value

    def day(self, key: str) -> date | None:
        value = self.optional_text(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self._fail(key, "an ISO date")
            return None

    def instant(self, key: str) -> datetime | None:
        return self._instant(key, self.data.get(key))

    def instants(self, key: str) -> dict[str, datetime]:
        values = self.mapping(key)
        found = ((plain_text(str(k)), self._instant(f"{key}.{k}", v)) for k, v in values.items() if v)
        return {name: at for name, at in found if at}

    def _instant(self, key: str, value: Any) -> datetime | None:
        """An ISO instant; a date alone is its midnight, and no zone means UTC."""
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self._fail(key, "an ISO instant", value)
            return None

    def mapping(self, key: str) -> dict[str, Any]:
        values = self.data.get(key) or {}
        if not isinstance(values, dict):
            self._fail(key, "an object")
            return {}
        return values

    def has(self, key: str) -> bool:
        """Whether the text without which the object is nothing is there."""
        if not self.text(key):
            self.missing(key)
        return bool(self.text(key))

    def missing(self, key: str) -> None:
        self.faults.append(f"{self.where}: has no {key}")
