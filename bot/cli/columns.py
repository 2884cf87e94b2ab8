"""What `psbot status` can show of an engagement: one declaration a column, for the terminal, CSV and sorting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.derive.results import RAGS, Derived, EngagementDerived
from bot.domain.errors import UsageError
from bot.domain.model import Facts

Value = str | float | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its value of an engagement, and how a ratio is told from a count."""

    value: Callable[[EngagementDerived, Facts], Value]
    ratio: bool = False


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) else None


COLUMNS: Mapping[str, Column] = {
    "status": Column(lambda e, f: str(e.status.overall)),
    "ref": Column(lambda e, f: e.ref),
    "title": Column(lambda e, f: e.title),
    "customer": Column(lambda e, f: e.customer),
    "sow": Column(lambda e, f: f.sow),
    "pm": Column(lambda e, f: f.pm),
    "region": Column(lambda e, f: f.region),
    "partner": Column(lambda e, f: f.partner),
    "phase": Column(lambda e, f: str(e.phase)),
    "schedule": Column(lambda e, f: str(e.status.schedule.rag)),
    "scope": Column(lambda e, f: str(e.status.scope.rag)),
    "budget": Column(lambda e, f: str(e.status.budget.rag)),
    "done": Column(lambda e, f: e.progress.percent, ratio=True),
    "burn": Column(lambda e, f: e.budget.burn, ratio=True),
    "hours": Column(lambda e, f: e.budget.hours_spent),
    "hours_budget": Column(lambda e, f: e.budget.hours_budget),
    "end": Column(lambda e, f: e.end),
    "finish": Column(lambda e, f: _day(e.forecast.finish.p50)),
    "finish_p80": Column(lambda e, f: _day(e.forecast.finish.p80)),
    "on_time": Column(lambda e, f: e.forecast.on_time_probability, ratio=True),
    "risks": Column(lambda e, f: len(e.risks)),
    "risk": Column(lambda e, f: str(e.risks[0].message) if e.risks else None),
}
WIDE = ("status", "ref", "title", "customer", "done", "finish", "finish_p80", "on_time", "risk")
NARROW = ("status", "done", "finish", "on_time", "ref", "title")
WIDE_ENOUGH = 120
"""Characters of a terminal below which `NARROW` is shown."""


def chosen_columns(text: str | None, default: Sequence[str]) -> tuple[str, ...]:
    """The names of `--columns a,b`. Raises UsageError for one that is none."""
    names = tuple(name.strip() for name in text.split(",")) if text else tuple(default)
    for name in names:
        _known(name, "--columns")
    return names


def in_order(derived: Derived, facts: Mapping[str, Facts], sort: str | None) -> list[EngagementDerived]:
    """By `--sort NAME`, the largest first with `-NAME`; what is not known comes last. Default: worst first."""
    if sort is None:
        return list(derived.engagements)
    name = sort.removeprefix("-")
    _known(name, "--sort")
    column, backwards = COLUMNS[name], sort.startswith("-")

    def key(e: EngagementDerived) -> Any:
        value = column.value(e, facts.get(e.ref, Facts()))
        return RAGS.index(value) if value in RAGS else value.casefold() if isinstance(value, str) else value

    known = [e for e in derived.engagements if key(e) is not None]
    return [*sorted(known, key=key, reverse=backwards), *(e for e in derived.engagements if key(e) is None)]


def rows_of(
    engagements: Sequence[EngagementDerived], facts: Mapping[str, Facts], names: Sequence[str]
) -> list[dict[str, Value]]:
    """The values, by column, as they are."""
    return [{name: COLUMNS[name].value(e, facts.get(e.ref, Facts())) for name in names} for e in engagements]


def _known(name: str, option: str) -> None:
    if name not in COLUMNS:
        raise UsageError(f"{name!r} is not a column", option, f"Use {', '.join(COLUMNS)}.")
