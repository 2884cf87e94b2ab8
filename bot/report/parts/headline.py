"""An engagement in three sentences, as its PM would say it: when it ends, how far it is, and for which hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.decisions.questions import hours_at_completion
from bot.derive.results import EngagementDerived
from bot.domain.model import Facts
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown, joined


def headline(context: ReportContext, derived: EngagementDerived, facts: Facts, day: date) -> SafeMarkdown:
    """The sentences as of `day`; what is not known is left out."""
    return joined([*_finish(context, derived, facts, day), *_work(context, derived)], " ")


def _finish(context: ReportContext, derived: EngagementDerived, facts: Facts, day: date) -> Iterator[SafeMarkdown]:
    words, finish = context.templates.words, derived.forecast.finish
    if derived.phase == Phase.COMPLETE:
        done = derived.completion.completed_on
        against = _against(context, derived.end, done)
        key = "complete" if done is None else "completed_against" if against else "completed"
        yield words.text(f"headline.{key}", day=done, against=against)
        return
    if derived.phase == Phase.NOT_STARTED:
        dated = facts.start is not None and derived.end is not None
        yield words.text(f"headline.{'planned' if dated else 'not_started'}", start=facts.start, end=derived.end)
    if not isinstance(finish.p50, date):
        yield words.text("headline.no_finish")
        return
    against = _against(context, derived.end, finish.p50)
    chance = derived.forecast.on_time_probability
    missed = derived.end is not None and derived.end < day
    key = "finish" if not against or chance is None else "finish_missed" if missed else "finish_against"
    yield words.text(f"headline.{key}", p50=finish.p50, p80=finish.p80, against=against, chance=words.percent(chance))


def _against(context: ReportContext, end: date | None, day: date | None) -> SafeMarkdown | None:
    """`28 working days after the SOW end on Dec 7, 2026`; None where there is no end to hold it against."""
    if end is None or day is None:
        return None
    days = context.calendar.working_days_between(end, day)
    key = "after_end" if days > 0 else "before_end" if days < 0 else "on_end"
    return context.templates.words.text(f"headline.{key}", n=abs(days), end=end)


def _work(context: ReportContext, derived: EngagementDerived) -> Iterator[SafeMarkdown]:
    words, progress, budget = context.templates.words, derived.progress, derived.budget
    values = {
        "percent": words.percent(progress.percent),
        "done": progress.items_done,
        "total": progress.items_total,
        "n": progress.items_total,
        "burn": words.percent(budget.burn),
        "spent": words.hours(budget.hours_spent),
        "budget": words.hours(budget.hours_budget),
    }
    ahead = derived.phase == Phase.NOT_STARTED and not budget.hours_spent and not progress.items_done
    kind = "ahead" if ahead else "work" if progress.percent is not None else "unknown"
    yield words.text(f"headline.{kind}{'_budget' if budget.hours_budget else ''}", **values)
    effort = hours_at_completion(derived)
    if derived.phase == Phase.ACTIVE and effort:
        over = effort.p50 / budget.hours_budget - 1 if budget.hours_budget else 0.0
        key = "effort_over" if round(over, 2) > 0 else "effort"
        p50, p80 = (words.hours(round(hours)) for hours in (effort.p50, effort.p80))
        yield words.text(f"headline.{key}", p50=p50, p80=p80, over=words.percent(over))
