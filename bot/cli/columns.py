"""What `psbot status` shows of an engagement: the columns of the table `engagements`, chosen and put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cli.exports import TABLES, Row
from bot.derive.results import RAGS, Derived
from bot.domain.errors import UsageError
from bot.domain.model import Facts

NAMES = tuple(column.name for column in TABLES["engagements"].columns)
SHARES = frozenset({"percent_complete", "growth", "on_time_probability", "burn"})
"""Shown as percentages."""
WIDE = (
    "status", "ref", "title", "customer", "percent_complete", "finish_p50", "finish_p80", "on_time_probability", "top_risk",
)  # fmt: skip
NARROW = ("status", "finish_p50", "on_time_probability", "ref", "title")
HEADS = {
    "percent_complete": "done", "on_time_probability": "on time", "finish_p50": "finish P50", "finish_p80": "finish P80",
    "top_risk": "top risk",
}  # fmt: skip
"""Of columns whose names are longer than what they hold."""
WIDE_ENOUGH = 120
"""Characters of a terminal below which `NARROW` is shown."""


GAP = 3
"""Characters between two columns."""
LEAST = {"status": 7, "finish_p50": 10, "on_time_probability": 7, "title": 12}
"""What a column of `NARROW` needs to be readable; a reference needs all of itself."""
DROPPED_FIRST = ("title", "on_time_probability", "finish_p50")


def fitting(width: int, longest_ref: int) -> tuple[str, ...]:
    """The columns that a terminal of that width can show."""
    if width >= WIDE_ENOUGH:
        return WIDE
    names = list(NARROW)
    for name in DROPPED_FIRST:
        if sum(LEAST.get(n, longest_ref) for n in names) + GAP * (len(names) - 1) > width:
            names.remove(name)
    return tuple(names)


def chosen_columns(text: str | None, default: Sequence[str]) -> tuple[str, ...]:
    """The names of `--columns a,b`. Raises UsageError for one that is none."""
    names = tuple(name.strip() for name in text.split(",")) if text else tuple(default)
    for name in names:
        _known(name, "--columns")
    return names


def rows_in_order(derived: Derived, facts: Mapping[str, Facts], sort: str | None) -> list[Row]:
    """By `--sort NAME`, the largest first with `-NAME`; what is not known comes last. Default: worst first."""
    rows: list[Row] = [dict(zip(NAMES, row, strict=True)) for row in TABLES["engagements"].rows(derived, facts)]
    if sort is None:
        return rows
    name = sort.removeprefix("-")
    _known(name, "--sort")
    known = [row for row in rows if row[name] is not None]
    unknown = [row for row in rows if row[name] is None]
    return [*sorted(known, key=lambda row: _rank(row[name]), reverse=sort.startswith("-")), *unknown]


def _rank(value: Any) -> Any:
    """Colours by gravity, words whatever their case."""
    return RAGS.index(value) if value in RAGS else value.casefold() if isinstance(value, str) else value


def _known(name: str, option: str) -> None:
    if name not in NAMES:
        raise UsageError(f"{name!r} is not a column", option, f"Use {', '.join(NAMES)}.")
