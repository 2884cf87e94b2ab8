"""What a forecast rests on, in sentences a PM can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.derive.forecast.reference import BEST_WEEKS, MIN_WEEKS
from bot.derive.results import Forecast, Reason
from bot.domain.messages import Percent, Phrase, Value, days, hours
from bot.domain.vocabulary import Phase, Recognition

if TYPE_CHECKING:
    from bot.derive.forecast.situation import Situation

PRIOR_WORDS = {
    "dates": Phrase("the dates of the open work"),
    "plan": Phrase("the SOW's dates"),
    "bookings": Phrase("the bookings"),
    "hours": Phrase("how long work of this size took elsewhere"),
    "typical": Phrase("how long engagements take here"),
}


def explain(s: Situation, forecast: Forecast) -> tuple[Reason, ...]:
    """Basis, history, scope still to come, what binds, and why revenue can't be told where it can't."""
    evidence = (s.subject.engagement.ref,)
    texts = [*_finish_texts(s), *_effort_texts(s), *_scope_texts(s), *_revenue_texts(s, forecast)]
    return tuple(Reason(text, evidence) for text in texts)


def _finish_texts(s: Situation) -> list[Phrase]:
    if s.phase == Phase.COMPLETE:
        return [Phrase("All work is closed: the finish is the last closing.")]
    if s.remaining is None:
        return [Phrase("Neither a start nor any work is known: no forecast.")]
    if s.state.items and not s.state.open_items:
        return [Phrase("All known work is closed, but a milestone is still open: more may come."), *_learned_text(s)]
    if s.remaining.stalled:
        return [Phrase("Nothing was logged or closed in the last four weeks: the pace is unknown, the range is wide.")]
    return [_basis_text(s), *_learned_text(s), *_binding_texts(s)]


def _basis_text(s: Situation) -> Phrase:
    weeks, own = s.state.weeks, s.remaining.own_weight if s.remaining else 0.0
    rest = PRIOR_WORDS[s.prior.source]
    if s.phase == Phase.NOT_STARTED or own == 0:
        return Phrase("No pace yet: the finish rests on {rest}.", rest=rest)
    values: dict[str, Value] = {"weeks": weeks, "own": Percent(own), "rest": rest, "share": Percent(1 - own)}
    if weeks >= MIN_WEEKS:
        return Phrase("Own pace over {weeks|# week|# weeks} counts {own}, {rest} {share}.", **values)
    return Phrase(
        "Own pace over {weeks|# week|# weeks} counts {own}, {rest} {share}. "
        "Less than {least} weeks of history say little ({best} are best).",
        least=MIN_WEEKS,
        best=BEST_WEEKS,
        **values,
    )


def _learned_text(s: Situation) -> list[Phrase]:
    if not s.ref.finished:
        return [Phrase("No finished engagement to learn from: ranges are those of published project records.")]
    return [
        Phrase(
            "Ranges learned from {n|# finished engagement|# finished engagements} and published project records.",
            n=s.ref.finished,
        )
    ]


def _binding_texts(s: Situation) -> list[Phrase]:
    found = []
    if s.floor > 0 and s.remaining and s.floor > s.remaining.median:
        found.append(Phrase("The critical path alone takes {days|# working day|# working days}.", days=round(s.floor)))
    if s.delay > 0:
        found.append(Phrase("Work begins in {days}.", days=days(round(s.delay))))
    return found


def _effort_texts(s: Situation) -> list[Phrase]:
    if s.effort is None or s.phase == Phase.COMPLETE:
        return []
    if s.effort.assumed:
        return [Phrase("No time is logged: the hours of the work done so far are taken from its estimates.")]
    if any(log.item is None for log in s.subject.engagement.timelogs):
        return [Phrase("Hours that name no item count for closed items first, then for open ones.")]
    return []


def _scope_texts(s: Situation) -> list[Phrase]:
    if s.effort is None or s.fixed_scope is None or s.effort.growth <= 0.005:
        return []
    more = s.effort.total - s.fixed_scope.total
    return [
        Phrase(
            "Scope still to come: {share} of what is known, about {hours}.",
            share=Percent(s.effort.growth),
            hours=hours(more),
        )
    ]


def _revenue_texts(s: Situation, forecast: Forecast) -> list[Phrase]:
    if forecast.revenue or (s.terms.known and s.remaining is None):
        return []
    if s.terms.currency:
        return [
            Phrase(
                "The contract is in {currency}, reports are in {other}: its revenue is left out.",
                currency=s.terms.currency,
                other=s.subject.settings.finance.currency,
            )
        ]
    if s.terms.recognition is None:
        return [Phrase("Neither billing nor recognition is given: revenue can't be known.")]
    if s.terms.recognition == Recognition.AS_DELIVERED:
        return [Phrase("No rate is given: revenue can't be known.")]
    return [Phrase("No value is given: revenue can't be known.")]
