"""The whole pipeline on one screen: read, derive, render, plan, publish. It decides nothing itself.

    config ─► gitlab_api (read) ─► model ─► derive ─► report ─► publish ─► gitlab_api (write)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from bot.derive import derive_portfolio
from bot.derive.results import Derived
from bot.errors import AccessError, UsageError
from bot.model import PastReport, Portfolio
from bot.session import Session, read_text
from bot.snapshot import load_snapshot

Progress = Callable[[str, int, int], None]


@dataclass
class Reading:
    """What was read, and how to derive from it. Derivations are remembered by day, seed and trials."""

    session: Session
    portfolio: Portfolio
    day: date
    past: tuple[PastReport, ...] = ()
    _derived: dict[tuple[date, int, int], Derived] = field(default_factory=dict, repr=False)

    def derive(self, day: date, *, seed: int = 1, trials: int = 10_000) -> Derived:
        key = (day, seed, trials)
        if key not in self._derived:
            s = self.session
            self._derived[key] = derive_portfolio(
                self.portfolio, day, s.settings, s.calendar, seed=seed, trials=trials, past=self.past
            )
        return self._derived[key]


def quiet(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


def read_for(
    session: Session, *, snapshot: Path | None, only: str | None, progress: Progress = quiet, day_given: bool = True
) -> Reading:
    """The portfolio from a snapshot file or from GitLab. Raises UsageError when `only` names no engagement."""
    if snapshot:
        portfolio = load_snapshot(read_text(snapshot), session.settings.engagements)
        taken = portfolio.taken_at
        day = session.as_of if day_given or taken is None else session.calendar.local_day(taken)
        session = replace(session, as_of=day)
    else:
        portfolio, day = read_live(session, only, progress), session.as_of
    return Reading(session, chosen(portfolio, only), day)


def chosen(portfolio: Portfolio, only: str | None) -> Portfolio:
    """The portfolio with the one engagement `only`, or all. Raises UsageError when there is none."""
    if only is None:
        return portfolio
    kept = tuple(e for e in portfolio.engagements if e.ref == only)
    if not kept:
        known = ", ".join(e.ref for e in portfolio.engagements[:10]) or "none was found"
        raise UsageError(f"no engagement {only!r}", "--only", f"Engagements read: {known}.")
    return replace(portfolio, engagements=kept)
