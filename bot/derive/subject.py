"""What every derivation is handed: one engagement as of a day, and the settings that judge it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.calendar import WorkCalendar
from bot.config import Settings
from bot.derive.results import EngagementDerived
from bot.model import EMPTY, Engagement, Item


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

    def threshold(self, name: str) -> float:
        """The number a rule or colour uses: the config's, else its declared default."""
        return self.settings.thresholds[name]
