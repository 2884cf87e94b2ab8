"""Earlier reports by whom they are about, so that nobody goes through all of them for each engagement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from bot.domain.model import PastReport


class ReportsAbout:
    """Looks up what was reported on one engagement."""

    def __init__(self, past: Iterable[PastReport]) -> None:
        self.past = tuple(past)

    def of(self, ref: str) -> tuple[PastReport, ...]:
        """The engagement's own reports and those on the whole portfolio, in the order of all."""
        numbers = sorted((*self._numbers.get(ref, ()), *self._numbers.get(None, ())))
        return tuple(self.past[number] for number in numbers)

    def payloads(self, ref: str) -> list[Mapping[str, object]]:
        """What its own reports left for later."""
        return [self.past[number].payload for number in self._numbers.get(ref, ())]

    @cached_property
    def _numbers(self) -> Mapping[str | None, list[int]]:
        found: dict[str | None, list[int]] = defaultdict(list)
        for number, report in enumerate(self.past):
            found[report.engagement or None].append(number)
        return dict(found)
