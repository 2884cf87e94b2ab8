"""The colours: schedule, scope and budget by thresholds, each with reasons and evidence; overall; what people declared.

Green needs evidence: where there is none, the colour is unknown. Sentiment and declared health stand beside the computed
colours and are never folded in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.config import HealthLabels, SentimentLabels
from bot.derive.decisions.axes import budget_axis, schedule_axis, scope_axis
from bot.derive.labels import has_label
from bot.derive.results import Rag, Risk, Status
from bot.derive.subject import Subject

WORSE: Final = ("green", "unknown", "yellow", "red")
"""From best to worst. Unknown is worse than green, and better than what is known to be in trouble."""
LEVELS: Final = ("green", "yellow", "red")
HEALTH_FIELD: Final = {"ontrack": "green", "needsattention": "yellow", "atrisk": "red"}


def derive_axes(subject: Subject) -> Status:
    """The three axes and what people set; `derive_overall` needs the risks and comes last."""
    return Status(
        declared=declared_health(subject),
        sentiment=_labelled(subject, subject.settings.labels.sentiment),
        schedule=schedule_axis(subject),
        scope=scope_axis(subject),
        budget=budget_axis(subject),
    )


def overall_colour(axes: Sequence[Rag], risks: Iterable[Risk]) -> str:
    """The worst axis; an open critical risk makes it red."""
    if any(risk.severity == "critical" for risk in risks):
        return "red"
    return max((axis.rag for axis in axes), key=WORSE.index, default="unknown")


def computed_colour(subject: Subject) -> str:
    """The overall colour; while it is still to come, what axes and the risks known so far make of it."""
    status = subject.derived.status
    if status.overall != "unknown":
        return status.overall
    return overall_colour((status.schedule, status.scope, status.budget), subject.derived.risks)


def damped_status(computed: str, last_published: str | None) -> str:
    """What to publish: worse at once, better by one level a period (CONTRACT §8.8). Unknown evidence is published as such."""
    if computed not in LEVELS or last_published not in LEVELS:
        return computed
    return LEVELS[max(LEVELS.index(computed), LEVELS.index(last_published) - 1)]


def declared_health(subject: Subject) -> str | None:
    """Health as people set it: by label or in GitLab's own field; where the two differ, the worse one."""
    field = (subject.engagement.health_status or "").replace(" ", "").replace("_", "").casefold()
    found = [_labelled(subject, subject.settings.labels.health), HEALTH_FIELD.get(field)]
    return max((colour for colour in found if colour), key=LEVELS.index, default=None)


def _labelled(subject: Subject, labels: HealthLabels | SentimentLabels) -> str | None:
    """The colour of the label of that kind; the worst of several."""
    found = [colour for colour in LEVELS if has_label(subject.engagement.labels, getattr(labels, colour))]
    return found[-1] if found else None
