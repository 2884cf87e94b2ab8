"""The forecast's own record: errors and bias with their number, promises kept, chances in classes, and how far to trust it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from bot.domain.frozen import frozen
from bot.domain.messages import Percent, Phrase, Value


class ScoreGroup(StrEnum):
    """Whose forecast is scored."""

    PORTFOLIO = "portfolio"
    ENGAGEMENT = "engagement"
    PM = "pm"
    REGION = "region"


class Asked(StrEnum):
    """When in the period the forecast was asked for."""

    START = "start"
    MIDDLE = "middle"


class PeriodKind(StrEnum):
    """What a forecast is of."""

    QUARTER = "quarter"
    MONTH = "month"


GROUPS = tuple(ScoreGroup)
CLASSES = ((0.0, 0.5), (0.5, 0.8), (0.8, 1.0))
"""Chances to be on time are told in these classes."""
LEAST_JUDGED = 15
"""Promises below which their share says little."""
HELD_ENOUGH = 0.7
"""With this share of dates kept by P80 it can be planned with."""


@frozen
class Score:
    """What was forecast of a period against what came; `error` = (came − committed) ÷ committed.

    `quarter` names a quarter or month; `kind` is portfolio, engagement, pm or region; `asked` says when: at its start or in
    its middle. `final` is False while the period runs: then `came` is today's forecast.
    """

    quarter: str
    kind: ScoreGroup
    name: str
    committed: float
    came: float
    error: float | None
    within: bool | None
    final: bool
    new: float = 0.0
    """Part of `came` that engagements earned which were in no forecast when the quarter began (portfolio only)."""
    asked: Asked = Asked.START

    @property
    def period(self) -> PeriodKind:
        """`quarter` or `month`."""
        return PeriodKind.QUARTER if self.quarter.startswith("FY") else PeriodKind.MONTH

    @property
    def is_of_all_in_a_quarter(self) -> bool:
        return self.kind == ScoreGroup.PORTFOLIO and self.period == PeriodKind.QUARTER


@frozen
class Calibration:
    """How often a promise held: of `of` cases `held` did; `share` is None without a case, `nominal` what was promised."""

    what: Phrase
    nominal: float
    held: int
    of: int

    @property
    def share(self) -> float | None:
        return self.held / self.of if self.of else None


@frozen
class MoneyRecord:
    """Forecasts of one kind of period, asked at one moment, of one group: `n` of them.

    `error` is the mean distance between what came and what was forecast, `bias` what came in all ÷ what was forecast − 1.
    """

    period: PeriodKind
    asked: Asked
    kind: ScoreGroup
    name: str
    n: int
    error: float
    bias: float
    within: float


@frozen
class ChanceClass:
    """Promised chances to be on time between two borders: their mean, and how often it came true."""

    low: float
    high: float
    n: int
    promised: float
    came_true: float


@frozen
class ForecastRecord:
    """All of it."""

    money: tuple[MoneyRecord, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    chances: tuple[ChanceClass, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything could be judged."""
        return bool(self.money) or any(c.of for c in self.calibration)

    @property
    def trust(self) -> Phrase:
        """How far to trust the forecast, in one sentence."""
        return Phrase("{dates}; {money}.", dates=self._dates(), money=self._quarters())

    def _dates(self) -> Phrase:
        promise = next((c for c in self.calibration if c.nominal == 0.8 and c.what == BY_P80), None)
        if promise is None or promise.share is None or promise.of < LEAST_JUDGED:
            n = promise.of if promise else 0
            return Phrase(
                "{n|# promised date|# promised dates} could be judged, too few to tell: trust the ranges", n=n
            )
        values: dict[str, Value] = {"share": Percent(promise.share), "n": promise.of}
        if promise.share >= HELD_ENOUGH:
            return Phrase("{share} of {n} promised dates (P80) were kept: plan with P80", **values)
        return Phrase("{share} of {n} promised dates (P80) were kept, 80% were promised: promise later", **values)

    def _quarters(self) -> Phrase:
        found = next(
            (
                m
                for m in self.money
                if (m.period, m.asked, m.kind) == (PeriodKind.QUARTER, Asked.START, ScoreGroup.PORTFOLIO)
            ),
            None,
        )
        if found is None:
            return Phrase("no quarter's revenue could be judged")
        values: dict[str, Value] = {"error": Percent(found.error), "n": found.n}
        if found.bias < 0:
            return Phrase(
                "{n|# quarter|# quarters} came {error} off the forecast on average, less than forecast", **values
            )
        return Phrase("{n|# quarter|# quarters} came {error} off the forecast on average, more than forecast", **values)


BY_P50, BY_P80 = Phrase("finish by P50"), Phrase("finish by P80")
IN_RANGE = Phrase("revenue within its 80 % range")


def make_record(
    scores: Iterable[Score], calibration: Iterable[Calibration], chances: Iterable[tuple[float, bool]]
) -> ForecastRecord:
    """The record of forecasts whose truth is known; `chances` are promised chances to be on time, and whether it was."""
    groups: dict[tuple[PeriodKind, Asked, int, str], list[Score]] = defaultdict(list)
    for s in scores:
        if s.final and s.error is not None:
            groups[s.period, s.asked, GROUPS.index(s.kind), "" if s.kind == ScoreGroup.ENGAGEMENT else s.name].append(s)
    return ForecastRecord(
        tuple(_money(*key, found) for key, found in sorted(groups.items())),
        tuple(calibration),
        _classes(list(chances)),
    )


def _money(period: PeriodKind, asked: Asked, group: int, name: str, found: Sequence[Score]) -> MoneyRecord:
    errors = [s.error for s in found if s.error is not None]
    promised, came = sum(s.committed for s in found), sum(s.came for s in found)
    return MoneyRecord(
        period,
        asked,
        GROUPS[group],
        name,
        len(found),
        round(float(np.mean(np.abs(errors))), 4),
        round(came / promised - 1, 4) if promised else 0.0,
        round(float(np.mean([bool(s.within) for s in found])), 4),
    )


def _classes(chances: Sequence[tuple[float, bool]]) -> tuple[ChanceClass, ...]:
    found = []
    for low, high in CLASSES:
        inside = [(p, kept) for p, kept in chances if low <= p < high or p == high == 1.0]
        if inside:
            promised, came = (round(float(np.mean(column)), 3) for column in zip(*inside, strict=True))
            found.append(ChanceClass(low, high, len(inside), promised, came))
    return tuple(found)


def kept_dates(promises: Sequence[tuple[bool, bool]]) -> tuple[Calibration, Calibration]:
    """Reliability of P50 and P80, from whether each finish came by them."""
    return (
        Calibration(BY_P50, 0.5, sum(p50 for p50, _ in promises), len(promises)),
        Calibration(BY_P80, 0.8, sum(p80 for _, p80 in promises), len(promises)),
    )


def vars_of(value: Any) -> Any:
    """A frozen value as plain JSON values; dates in ISO form."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Phrase):
        return str(value)
    if isinstance(value, tuple):
        return [vars_of(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: vars_of(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
