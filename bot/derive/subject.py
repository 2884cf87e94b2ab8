"""What every derivation is handed: one engagement as of a day, and the settings that judge it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from bot.config import Settings
from bot.derive.people.availability import Availability
from bot.derive.results import ChangeOrder, EngagementDerived, Reason
from bot.derive.scope.breakdown import Breakdown, break_down
from bot.domain.calendar import WorkCalendar
from bot.domain.model import EMPTY, Engagement, Item
from bot.domain.vocabulary import EPIC

if TYPE_CHECKING:
    from bot.derive.schedule.milestones import MilestoneWork
    from bot.derive.scope.baseline import AtBaseline

__all__ = ("Subject", "evolve")

T = TypeVar("T")
_OF_THE_WORK: Final = (
    "breakdown",
    "to_do",
    "own_items",
    "availability",
    "milestone_views",
    "change_orders",
    "at_baseline",
)
"""Cached values that rest on the engagement and the settings alone, or on the value of its work, which is found first."""


def _made(kind: type[T], values: Mapping[str, object]) -> T:
    made = object.__new__(kind)
    vars(made).update(values)
    return made


if TYPE_CHECKING:
    from dataclasses import replace as evolve
else:

    def evolve(value: T, **changes: object) -> T:
        """`dataclasses.replace`, by whose types it is checked; which sets field by field and is a tenth of a run's time."""
        return _made(type(value), vars(value) | changes)


@dataclass(frozen=True)
class Subject:
    """`engagement` is already replayed as of `day`; `derived` holds what earlier derivations found (grows stage by stage)."""

    engagement: Engagement
    day: date
    calendar: WorkCalendar
    settings: Settings
    derived: EngagementDerived
    elsewhere: Mapping[str, Item] = field(default_factory=lambda: EMPTY)
    """Items of all engagements by reference: what a blocker outside this engagement is."""
    load: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: EMPTY)
    """Booked hours in the whole portfolio: user → ISO week → hours (hard bookings)."""
    members: frozenset[str] | None = None
    """Usernames who can work here; None when not read."""
    practices: frozenset[str] | None = None
    """What the organisation does anywhere in its portfolio (`checks.practices`); None when not known."""

    def threshold(self, name: str) -> float:
        """The number a rule or colour uses: the config's, else its declared default."""
        return self.settings.thresholds[name]

    def advance(self, derived: EngagementDerived) -> Subject:
        """The subject of the next stage, by which more is derived; what is known of the work is kept."""
        kept = {name: value for name, value in vars(self).items() if name in _KEPT}
        if derived.progress is not self.derived.progress:
            kept.pop("at_baseline", None)
        return _made(Subject, kept | {"derived": derived})

    def with_work_of(self, other: Subject) -> Subject:
        """With what is known and derived of the work of another subject, whose work is the same; hours on it may differ."""
        known = {name: value for name, value in vars(other).items() if name in _OF_THE_WORK and name != "own_items"}
        work = {name: getattr(other.derived, name) for name in ("progress", "scope", "end", "schedule")}
        return _made(Subject, vars(self) | known | {"derived": evolve(self.derived, **work)})

    @cached_property
    def breakdown(self) -> Breakdown:
        """What of the engagement's items is work, what was dropped, what only holds others."""
        return break_down(self.engagement, self.settings.labels)

    @cached_property
    def availability(self) -> Availability:
        """How many hours each person has."""
        return Availability(self.calendar, self.settings.people)

    @cached_property
    def milestone_views(self) -> tuple[MilestoneWork, ...]:
        """The engagement's milestones with their work, by due date."""
        from bot.derive.schedule.milestones import find_milestones

        return find_milestones(self.engagement, self.work, self.calendar)

    @cached_property
    def change_orders(self) -> tuple[tuple[ChangeOrder, ...], tuple[Reason, ...]]:
        """The engagement's change orders by reference, and what can't be read of them."""
        from bot.derive.scope.change_orders import find_change_orders

        return find_change_orders(self)

    @cached_property
    def at_baseline(self) -> AtBaseline:
        """The work as it stood on the baseline day, by the values that `derived.progress` gives it."""
        from bot.derive.scope.baseline import work_at_baseline

        return work_at_baseline(self)

    @property
    def work(self) -> tuple[Item, ...]:
        """The engagement's work, by reference: the lowest level, without what was dropped."""
        return self.breakdown.work

    @cached_property
    def to_do(self) -> tuple[Item, ...]:
        """Open work that somebody does; an epic without anything below it is nobody's yet."""
        return tuple(i for i in self.work if i.is_open and i.type != EPIC)

    @cached_property
    def own_items(self) -> Mapping[str, Item]:
        """This engagement's items by reference."""
        return {item.ref: item for item in self.engagement.items}

    def known_item(self, ref: str) -> Item | None:
        """The item of that reference, of this engagement or another one; None when it was not read."""
        return self.own_items.get(ref) or self.elsewhere.get(ref)


_KEPT: Final = frozenset((*_OF_THE_WORK, *(field.name for field in fields(Subject))))
