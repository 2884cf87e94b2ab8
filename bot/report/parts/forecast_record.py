"""How good the forecasts were: of a quarter by PM and region; of all that was published their error, bias and promises kept."""

from __future__ import annotations

from collections.abc import Mapping

from bot.derive.depth import Depth
from bot.derive.forecast.record.accuracy import measure_accuracy
from bot.derive.forecast.record.commitments import commitment
from bot.derive.forecast.record.scores import (
    Asked,
    Calibration,
    ChanceClass,
    ForecastRecord,
    MoneyRecord,
    PeriodKind,
    Score,
    ScoreGroup,
)
from bot.derive.results import Derived
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience
from bot.report.context import ReportContext
from bot.report.parts.forecast_before import facts_on, forecast_was
from bot.report.text.safe_text import SafeMarkdown


@frozen
class QuarterScores:
    """The quarter's forecast when it began against what came: portfolio, regions, PMs."""

    quarter: SafeMarkdown
    tolerance: float
    scores: tuple[Score, ...]
    published: bool
    """Else it is recalculated from what was known then."""

    @property
    def has_new(self) -> bool:
        """Whether engagements came in that were in no forecast when it began."""
        return any(score.new for score in self.scores)


@frozen
class RecordView:
    """One sentence first; then what it rests on. `trust` is None where no published forecast can be judged yet."""

    trust: SafeMarkdown | None
    of_quarter: QuarterScores | None
    whole: tuple[MoneyRecord, ...]
    groups: tuple[MoneyRecord, ...]
    """By PM and region, quarters only."""
    calibration: tuple[Calibration, ...]
    chances: tuple[ChanceClass, ...]


def record_view(context: ReportContext, derived: Derived, quarter: Period | None = None) -> RecordView | None:
    """None where there is nothing to judge; with the scores of `quarter`, where one is asked for."""
    found = measure_accuracy(derived, context.past, settings=context.settings, calendar=context.calendar).record
    scores = quarter_scores(context, derived, quarter) if quarter else None
    return _view(context, found, scores) if found.known or scores else None


def quarter_scores(context: ReportContext, derived: Derived, quarter: Period) -> QuarterScores | None:
    known, past = forecast_was(context, quarter), context.past
    published = known is not None and known.published
    if not published:
        day = quarter.first - ONE_DAY
        past = (
            PastReport(
                "",
                Audience.INTERNAL,
                "",
                None,
                commitment(context.derive_to(day, Depth.FIGURES), facts_on(context, day)),
            ),
        )
    found = measure_accuracy(
        derived, past, settings=context.settings, calendar=context.calendar, facts=facts_on(context, derived.as_of)
    )
    rows = tuple(
        s for s in found.scores if s.quarter == quarter.name and s.kind != ScoreGroup.ENGAGEMENT and _is_told(s)
    )
    tolerance = context.settings.finance.tolerance
    return QuarterScores(SafeMarkdown(quarter.name), tolerance, rows, published) if rows else None


def _is_told(score: Score) -> bool:
    return score.asked == Asked.START and bool(round(score.committed) or round(score.came))


def promised_by_engagement(context: ReportContext, derived: Derived, period: str) -> Mapping[str, float]:
    """What was published of each engagement when a quarter or month began."""
    accuracy = measure_accuracy(derived, context.past, settings=context.settings, calendar=context.calendar)
    return {s.name: s.committed for s in accuracy.scores if s.kind == ScoreGroup.ENGAGEMENT and s.quarter == period}


def _view(context: ReportContext, found: ForecastRecord, scores: QuarterScores | None) -> RecordView:
    return RecordView(
        trust=context.templates.words.output(found.trust) if found.known else None,
        of_quarter=scores,
        whole=tuple(m for m in found.money if m.kind in (ScoreGroup.PORTFOLIO, ScoreGroup.ENGAGEMENT)),
        groups=tuple(
            m
            for m in found.money
            if m.kind in (ScoreGroup.PM, ScoreGroup.REGION) and m.period == PeriodKind.QUARTER and m.name
        ),
        calibration=tuple(c for c in found.calibration if c.of),
        chances=found.chances,
    )
