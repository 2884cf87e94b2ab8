"""The status: colours of schedule, scope and budget as published, each with reasons and evidence; what people declared.

Green needs evidence: where there is none, the colour is unknown. Sentiment and declared health stand beside the computed
colours and are never folded in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

from bot.config import HealthLabels, SentimentLabels
from bot.derive.decisions.axes import Axis, budget_axis, schedule_axis, scope_axis
from bot.derive.decisions.colours import LEVELS, ColourStanding, Signal, fold_days, is_partial, overall_colour
from bot.derive.labels import has_label
from bot.derive.results import Rag, Status
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.vocabulary import Colour, Phase

HEALTH_FIELD: Final = {"ontrack": "green", "needsattention": "yellow", "atrisk": "red"}
AXES: Final[Mapping[str, Callable[[Subject], Axis]]] = MappingProxyType(
    {"schedule": schedule_axis, "scope": scope_axis, "budget": budget_axis}
)
Signals = Mapping[str, Signal]
PastSignals = Callable[[date], Signals]
"""What the facts known by a past day said of each axis."""


def derive_axes(subject: Subject, past: PastSignals) -> Status:
    """The three axes and what people set; `derive_overall` needs escalations and risks, and comes last."""
    axes = {name: find(subject) for name, find in AXES.items()}
    colours = _published(subject, {name: axis.signal for name, axis in axes.items()}, past)
    rags = {name: Rag(Colour(colours[name]), axis.reasons, Colour(axis.signal.colour)) for name, axis in axes.items()}
    return Status(
        declared=_colour(declared_health(subject)),
        sentiment=_colour(_labelled(subject, subject.settings.labels.sentiment)),
        schedule=rags["schedule"],
        scope=rags["scope"],
        budget=rags["budget"],
    )


def signals_of(subject: Subject) -> Signals:
    """What the day's facts alone say of each axis; nothing of what has not begun."""
    return {name: find(subject).signal for name, find in AXES.items()}


def _published(subject: Subject, now: Signals, past: PastSignals) -> Mapping[str, str]:
    """The colours of the day. Of what is complete the outcome counts, at once."""
    if subject.derived.phase != Phase.ACTIVE:
        return {name: signal.colour for name, signal in now.items()}
    return colours_on(subject.day, subject.calendar, lambda day: now if day == subject.day else past(day))


def colours_on(day: date, calendar: WorkCalendar, signals: PastSignals) -> Mapping[str, str]:
    """The colours of a day by axis, folded from the signals of four weeks; a past day of rest counts only for the worse."""
    standing = {name: ColourStanding() for name in AXES}
    for then in fold_days(day):
        works = calendar.is_working_day(then)
        if works or then == day or any(s.may_worsen for s in standing.values()):
            found = signals(then)
            after = ColourStanding.after_work if works else ColourStanding.after_rest
            standing = {name: after(standing[name], then, found.get(name, Signal())) for name in AXES}
    return {name: found.colour for name, found in standing.items()}


def derive_overall(subject: Subject) -> Status:
    """The status with its overall colour, told by the axes that are known."""
    status = subject.derived.status
    axes = (status.schedule, status.scope, status.budget)
    overall = overall_colour(axes, subject.derived.escalations, subject.derived.risks)
    return replace(status, overall=overall, partial=is_partial(axes))


def _colour(name: str | None) -> Colour | None:
    return None if name is None else Colour(name)


def computed_colour(subject: Subject) -> str:
    """The overall colour; while it is still to come, what axes and the risks known so far make of it."""
    status = subject.derived.status
    return status.overall if status.overall != Colour.UNKNOWN else derive_overall(subject).overall


def declared_health(subject: Subject) -> str | None:
    """Health as people set it: by label or in GitLab's own field; where the two differ, the worse one."""
    field = (subject.engagement.health_status or "").replace(" ", "").replace("_", "").casefold()
    found = [_labelled(subject, subject.settings.labels.health), HEALTH_FIELD.get(field)]
    return max((colour for colour in found if colour), key=LEVELS.index, default=None)


def _labelled(subject: Subject, labels: HealthLabels | SentimentLabels) -> str | None:
    """The colour of the label of that kind; the worst of several."""
    found = [colour for colour in LEVELS if has_label(subject.engagement.labels, getattr(labels, colour))]
    return found[-1] if found else None
