"""What a forecast rests on, in sentences a PM can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.derive.forecast.reference import BEST_WEEKS, MIN_WEEKS
from bot.derive.phrases import count, hours, percent
from bot.derive.results import Forecast, Reason

if TYPE_CHECKING:
    from bot.derive.forecast.situation import Situation

PRIOR_WORDS = {
    "plan": "the SOW's dates",
    "hours": "how long work of this size took elsewhere",
    "typical": "how long engagements take here",
}


def explain(s: Situation, forecast: Forecast) -> tuple[Reason, ...]:
    """Basis, history, scope still to come, what binds, and why revenue can't be told where it can't."""
    evidence = (s.subject.engagement.ref,)
    texts = [*_finish_texts(s), *_scope_texts(s), *_revenue_texts(s, forecast)]
    return tuple(Reason(text, evidence) for text in texts)


def _finish_texts(s: Situation) -> list[str]:
    if s.phase == "complete":
        return ["All work is closed: the finish is the last closing."]
    if s.remaining is None:
        return ["Neither a start nor any work is known: no forecast."]
    if s.state.items and not s.state.open_items:
        return ["All known work is closed, but a milestone is still open: more may come.", *_learned_text(s)]
    if s.remaining.stalled:
        return ["Nothing was logged or closed in the last four weeks: the pace is unknown, the range is wide."]
    return [_basis_text(s), *_learned_text(s), *_binding_texts(s)]


def _basis_text(s: Situation) -> str:
    weeks, own = s.state.weeks, s.remaining.own_weight if s.remaining else 0.0
    rest = PRIOR_WORDS[s.prior.source]
    if s.phase == "not_started" or own == 0:
        return f"No pace yet: the finish rests on {rest}."
    text = f"Own pace over {count(weeks, 'week')} counts {percent(own)}, {rest} {percent(1 - own)}."
    if weeks < MIN_WEEKS:
        text += f" Less than {MIN_WEEKS} weeks of history say little ({BEST_WEEKS} are best)."
    return text


def _learned_text(s: Situation) -> list[str]:
    if not s.ref.finished:
        return ["No finished engagement to learn from: ranges are those of published project records."]
    return [f"Ranges learned from {count(s.ref.finished, 'finished engagement')} and published project records."]


def _binding_texts(s: Situation) -> list[str]:
    found = []
    if s.floor > 0 and s.remaining and s.floor > s.remaining.median:
        found.append(f"The critical path alone takes {s.floor:.0f} working days.")
    if s.delay > 0:
        found.append(f"Work begins in {count(round(s.delay), 'working day')}.")
    return found


def _scope_texts(s: Situation) -> list[str]:
    if s.effort is None or s.fixed_scope is None or s.effort.growth <= 0.005:
        return []
    more = s.effort.total - s.fixed_scope.total
    return [f"Scope still to come: {percent(s.effort.growth)} of what is known, about {hours(more)}."]


def _revenue_texts(s: Situation, forecast: Forecast) -> list[str]:
    if forecast.revenue:
        return []
    if s.terms.recognition is None:
        return ["Neither billing nor recognition is given: revenue can't be known."]
    missing = "rate" if s.terms.recognition == "as_delivered" else "value"
    return [f"No {missing} is given: revenue can't be known."]
