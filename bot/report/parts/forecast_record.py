"""How good the published forecasts were: error and bias with their number, promises kept, and how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.derive.forecast.accuracy import measure_accuracy
from bot.derive.forecast.record import Calibration, ChanceClass, MoneyRecord, Record
from bot.derive.results import Derived
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


@dataclass(frozen=True, slots=True)
class RecordView:
    """One sentence first; then what it rests on."""

    trust: SafeMarkdown
    whole: tuple[MoneyRecord, ...]
    groups: tuple[MoneyRecord, ...]
    """By PM and region, quarters only."""
    calibration: tuple[Calibration, ...]
    chances: tuple[ChanceClass, ...]


def record_view(context: ReportContext, derived: Derived) -> RecordView | None:
    """None where no published forecast can be judged yet."""
    found = measure_accuracy(derived, context.past, settings=context.settings, calendar=context.calendar).record
    return _view(context, found) if found.known else None


def promised_by_engagement(context: ReportContext, derived: Derived, period: str) -> Mapping[str, float]:
    """What was published of each engagement when a quarter or month began."""
    accuracy = measure_accuracy(derived, context.past, settings=context.settings, calendar=context.calendar)
    return {s.name: s.committed for s in accuracy.scores if s.kind == "engagement" and s.quarter == period}


def _view(context: ReportContext, found: Record) -> RecordView:
    return RecordView(
        trust=context.templates.words.output(found.trust),
        whole=tuple(m for m in found.money if m.kind in ("portfolio", "engagement")),
        groups=tuple(m for m in found.money if m.kind in ("pm", "region") and m.period == "quarter" and m.name),
        calibration=tuple(c for c in found.calibration if c.of),
        chances=found.chances,
    )
