"""The three axes of the status: what the facts of one day say of each, with reasons; no evidence, no green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from bot.derive.decisions.colours import (
    DAYS_OF_A_MONTH,
    LEVELS,
    Facts,
    Sign,
    Signal,
    high_is_bad,
    low_is_bad,
    signal_of,
)
from bot.derive.decisions.questions import deadline, hours_at_completion, sow_end
from bot.derive.results import MilestoneStatus, Reason, Scope
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.messages import NOTHING, Decimal, Percent, Phrase, Value, days, hours, items, quote
from bot.domain.vocabulary import Colour, MilestoneState, Phase

MAX_EVIDENCE: Final = 10
WEEKS_OF_A_PACE: Final = 2
"""One week of work is one reading, and tells no pace."""


@frozen
class Axis:
    """An axis on one day: its signal, and the reasons, the worst first."""

    signal: Signal
    reasons: tuple[Reason, ...]


def schedule_axis(subject: Subject) -> Axis:
    """The chance to make the SOW's end, and open milestones; of a complete engagement, the finish. SPI where no forecast is."""
    if subject.derived.phase == Phase.COMPLETE:
        known = [*_finish_signs(subject), *_milestone_signs(subject)]
        return _weigh(known, Phrase("No finish date or SOW end is known."), subject)
    chance = [*_end_passed(subject), *_chance_signs(subject)]
    signs = [*(chance or _spi_signs(subject)), *_milestone_signs(subject)]
    lack = Phrase("There is not enough progress against a plan yet, and neither dated milestones nor a forecast.")
    return _weigh(signs, lack, subject, _dated_facts(subject))


def scope_axis(subject: Subject) -> Axis:
    """Growth since the baseline that no approved change order covers."""
    baseline = subject.derived.scope.baseline_day
    missing = Phrase("No baseline of the work is known (facts: `baseline` or `start`).")
    if baseline:
        missing = (
            Phrase("The baseline {day} is yet to come.", day=baseline)
            if baseline > subject.day
            else Phrase("No work is as old as the baseline {day}.", day=baseline)
        )
    scope = subject.derived.scope
    facts = (scope.added, scope.removed, scope.approved_hours, scope.approved_value)
    return _weigh(_growth_signs(subject), missing, subject, facts)


def budget_axis(subject: Subject) -> Axis:
    """Hours at completion against the budget; of a complete engagement, what it spent. Burn and CPI where no forecast is."""
    if subject.derived.phase == Phase.COMPLETE:
        return _weigh(_final_budget_signs(subject), Phrase("Budgeted or logged hours are not known."), subject)
    budget, done = subject.derived.budget, subject.derived.progress.percent or 0.0
    if not budget.hours_spent and budget.cpi is None and _enough(subject, done):
        return _weigh(
            (), Phrase("No hours are logged, though {share} of the work is done.", share=Percent(done)), subject
        )
    effort = [*_spent_signs(subject), *_effort_signs(subject)]
    signs = effort or [*_burn_signs(subject), *_cpi_signs(subject)]
    missing = Phrase("Budgeted hours, logged hours or progress are not known.")
    return _weigh(signs, missing, subject, (budget.hours_budget, any(sign.certain for sign in signs)))


def _weigh(signs: Iterable[Sign], otherwise: Phrase, subject: Subject, facts: Facts = ()) -> Axis:
    """The signal and the reasons for it; other reasons of the same axis that are not green come after."""
    signs = list(signs)
    if not signs:
        return Axis(Signal(), (Reason(otherwise, (subject.engagement.ref,)),))
    kept = [sign for sign in signs if sign.colour != Colour.GREEN] or signs
    kept.sort(key=lambda sign: -LEVELS.index(sign.colour))
    return Axis(signal_of(signs, facts, subject.derived.progress.percent or 0.0), tuple(sign.reason for sign in kept))


def _dated_facts(subject: Subject) -> Facts:
    """The end of the SOW, due dates, and which milestones are done or overdue."""
    milestones = subject.derived.schedule.milestones
    settled = {"done", "late"}
    return (sow_end(subject), *((m.title, m.due, m.state if m.state in settled else "") for m in milestones))


def _band(subject: Subject) -> float:
    return subject.threshold("colour_dead_band")


def _low(value: float, name: str, subject: Subject) -> tuple[str, str]:
    """Colours of a figure that is yellow below `<name>_yellow` and red below `<name>_red`."""
    return low_is_bad(value, subject.threshold(f"{name}_yellow"), subject.threshold(f"{name}_red"), _band(subject))


def _enough(subject: Subject, share: float) -> bool:
    """Whether there is enough to judge an index by: that share of the value, and of the duration where it is known."""
    floor = subject.threshold("index_min_share")
    start, end = subject.engagement.facts.start, sow_end(subject)
    if start and end and start < end and (subject.day - start) < (end - start) * floor:
        return False
    return share >= floor


def _begun(subject: Subject) -> bool:
    """Whether own evidence stands behind a forecast: a tenth of the value, or of the time with a pace to measure. Before, it is nobody's red."""
    if subject.derived.phase != Phase.ACTIVE:
        return False
    floor = subject.threshold("index_min_share")
    done = subject.derived.progress.percent
    if done is not None and done >= floor:
        return True
    start, end = subject.engagement.facts.start, deadline(subject)
    if not start or not end or start >= end or subject.derived.forecast.history_weeks < WEEKS_OF_A_PACE:
        return False
    return (subject.day - start) / (end - start) >= floor


def _untouched(subject: Subject) -> bool:
    """Whether nothing can have happened yet: it begins today or later, nothing is done or logged, and its plan keeps the end.

    What is forecast then is how others went: worth telling, and nobody's colour.
    """
    start = subject.engagement.facts.start
    spent = subject.derived.budget.hours_spent or subject.derived.progress.done
    end, planned = deadline(subject), subject.derived.schedule.planned.values()
    kept = end is None or all(day <= end for day in planned)
    return start is not None and subject.day <= start and not spent and kept


def _forecast_sign(colours: tuple[str, str], text: Phrase, subject: Subject, evidence: tuple[str, ...] = ()) -> Sign:
    colour, cleared = colours if _begun(subject) else (min(c, "yellow", key=LEVELS.index) for c in colours)
    return Sign(colour, Reason(text, evidence or (subject.engagement.ref,)), cleared)


# -- schedule


def _end_passed(subject: Subject) -> Iterator[Sign]:
    end = sow_end(subject)
    if end is not None and end < subject.day and subject.derived.phase == Phase.ACTIVE:
        text = Phrase("The SOW ended {end}, with {open|# open item|# open items}.", end=end, open=len(subject.to_do))
        yield Sign("red", Reason(text, (subject.engagement.ref,)), certain=True)


def _spi_signs(subject: Subject) -> Iterator[Sign]:
    schedule, progress = subject.derived.schedule, subject.derived.progress
    planned, total = schedule.planned_value, progress.total
    if schedule.spi is None or planned is None or not total:
        return
    if not _enough(subject, max(planned, progress.done) / total):
        return
    text = Phrase(
        "SPI {spi}: {done} done, {planned} planned by now.",
        spi=Decimal(schedule.spi),
        done=Percent(progress.done / total),
        planned=Percent(planned / total),
    )
    colour, cleared = _low(schedule.spi, "spi", subject)
    yield Sign(colour, Reason(text, _behind_plan(subject)), cleared)


def _behind_plan(subject: Subject) -> tuple[str, ...]:
    """The open items that were planned to be finished by now, oldest first."""
    planned = subject.derived.schedule.planned
    late = [item.ref for item in subject.work if item.is_open and planned.get(item.ref, date.max) <= subject.day]
    return tuple(sorted(late, key=lambda ref: (planned[ref], ref))[:MAX_EVIDENCE]) or (subject.engagement.ref,)


def _milestone_signs(subject: Subject) -> Iterator[Sign]:
    """A milestone that is done, however late, is evidence but no trouble any more: what it delayed shows elsewhere."""
    for milestone in subject.derived.schedule.milestones:
        evidence = (milestone.ref or subject.engagement.ref,)
        slip = milestone_slip(milestone, subject)
        if milestone.state == MilestoneState.LATE:
            yield _late_sign(milestone, subject, evidence)
        elif milestone.state == MilestoneState.DONE and slip is not None:
            yield Sign("green", Reason(_slip_text(milestone, slip), evidence))
        elif milestone.state == MilestoneState.AT_RISK:
            yield _risk_sign(milestone, subject, evidence)
        elif slip is not None:
            yield _slip_sign(milestone, slip, subject, evidence)


def _late_sign(m: MilestoneStatus, subject: Subject, evidence: tuple[str, ...]) -> Sign:
    """A due date that has passed is certain: yellow, and red when it is long ago."""
    over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 0
    text = Phrase(
        "Milestone {title} was due {due}, {n|# working day|# working days} ago, {still}.",
        title=quote(m.title),
        due=m.due,
        n=over,
        still=Phrase("with {n|# open item|# open items}", n=m.items_open),
    )
    colour = "red" if over >= subject.threshold("slip_red_days") else "yellow"
    return Sign(colour, Reason(text, evidence), certain=True)


def _risk_sign(m: MilestoneStatus, subject: Subject, evidence: tuple[str, ...]) -> Sign:
    """One that may miss the date it has now: red when it will be long after it."""
    text = Phrase(
        "Milestone {title} may miss its due date {due} (P80 {p80}).",
        title=quote(m.title),
        due=m.due,
        p80=m.forecast_p80,
    )
    if _untouched(subject):
        return Sign("green", Reason(text, evidence), "green")
    over = subject.calendar.working_days_between(m.due, m.forecast) if m.due and m.forecast else 0
    colours = [max(colour, "yellow", key=LEVELS.index) for colour in _by_days(over, subject)]
    return _forecast_sign((colours[0], colours[1]), text, subject, evidence)


def _slip_sign(m: MilestoneStatus, slip: int, subject: Subject, evidence: tuple[str, ...]) -> Sign:
    """One that makes its date, but not the one first agreed: needs attention, however far it was moved."""
    colours = [min(colour, "yellow", key=LEVELS.index) for colour in _by_days(slip, subject)]
    if colours[1] == Colour.GREEN and m.on_time_probability is not None:
        # Its chance must be clear of the threshold, too, before a milestone that was at risk counts as safe.
        chance = low_is_bad(m.on_time_probability, subject.threshold("on_time_yellow"), 0.0, _band(subject))
        colours[1] = min(chance[1], "yellow", key=LEVELS.index)
    return Sign(colours[0], Reason(_slip_text(m, slip), evidence), colours[1])


def milestone_slip(milestone: MilestoneStatus, subject: Subject) -> int | None:
    """The slip; where no forecast tells, the working days by which its due date has been moved; None if neither is known."""
    agreed, due = milestone.baseline, milestone.due
    if milestone.slip_days is not None or milestone.state == MilestoneState.DONE or not agreed or not due:
        return milestone.slip_days
    return subject.calendar.working_days_between(agreed, due) if due != agreed else None


def _by_days(slip: int, subject: Subject) -> tuple[str, str]:
    band = max(1.0, round(_band(subject) * DAYS_OF_A_MONTH)) if _band(subject) else 0.0
    return high_is_bad(slip, subject.threshold("slip_yellow_days"), subject.threshold("slip_red_days"), band)


def _slip_text(milestone: MilestoneStatus, slip: int) -> Phrase:
    values: dict[str, Value] = {
        "title": quote(milestone.title),
        "day": milestone.closed or milestone.forecast or milestone.due,
        "when": _when(slip),
        "baseline": milestone.baseline,
    }
    if milestone.state == MilestoneState.DONE:
        return Phrase("Milestone {title} was done {day}, {when} (baseline {baseline}).", **values)
    return Phrase("Milestone {title} is expected {day}, {when} (baseline {baseline}).", **values)


def _when(slip: int) -> Phrase:
    if slip == 0:
        return Phrase("as planned")
    return Phrase("{days} late", days=days(slip)) if slip > 0 else Phrase("{days} early", days=days(-slip))


def _chance_signs(subject: Subject) -> Iterator[Sign]:
    chance, finish = subject.derived.forecast.on_time_probability, subject.derived.forecast.finish
    end = deadline(subject)
    if chance is not None and end is not None:
        dates: dict[str, Value] = {"p50": finish.p50, "p80": finish.p80}
        text = Phrase(
            "{share} chance to finish by {end} (P50 {p50}, P80 {p80}).", share=Percent(chance), end=end, **dates
        )
        if end < subject.day:  # nobody asks for the chance of a day that has passed
            text = Phrase(
                "Likely to finish on {p50}, and by {p80} with {share} certainty.", share=Percent(0.8), **dates
            )
        if _untouched(subject):
            yield Sign("green", Reason(text, (subject.engagement.ref,)), "green")
        else:
            yield _forecast_sign(_low(chance, "on_time", subject), text, subject)


def _finish_signs(subject: Subject) -> Iterator[Sign]:
    finish, end = subject.derived.completion.completed_on, sow_end(subject)
    if finish and end:
        over = subject.calendar.working_days_between(end, finish)
        yield Sign(_by_days(over, subject)[0], Reason(_finish_text(finish, end, over), (subject.engagement.ref,)))


def _finish_text(finish: date, end: date, over: int) -> Phrase:
    if over == 0:
        return Phrase("Finished {finish}, on the agreed end {end}.", finish=finish, end=end)
    if over < 0:
        return Phrase(
            "Finished {finish}, {days} before the agreed end {end}.", finish=finish, days=days(-over), end=end
        )
    return Phrase("Finished {finish}, {days} after the agreed end {end}.", finish=finish, days=days(over), end=end)


# -- scope


def _growth_signs(subject: Subject) -> Iterator[Sign]:
    scope = subject.derived.scope
    if scope.growth is None:
        return
    added = subject.at_baseline.added
    evidence = tuple(item.ref for item in added[:MAX_EVIDENCE]) or (subject.engagement.ref,)
    text = _growth_text(scope, scope.growth)
    yellow, red = subject.threshold("growth_yellow"), subject.threshold("growth_red")
    colour, cleared = high_is_bad(scope.growth, yellow, red, _band(subject))
    yield Sign(colour, Reason(text, evidence), cleared)


def _growth_text(scope: Scope, growth: float) -> Phrase:
    values: dict[str, Value] = {"day": scope.baseline_day, "items": items(scope.added), "share": Percent(growth)}
    if not scope.added:
        return Phrase("No work was added since {day}.", day=scope.baseline_day)
    covered = scope.approved_hours or scope.approved_value
    if growth and not round(growth, 2):
        return Phrase("Less than 1 % was added to the scope since {day} ({items}).", **values)
    if not growth:
        return Phrase("Approved change orders cover the work added since {day} ({items} added).", **values)
    if covered:
        return Phrase("Scope grew by {share} since {day} beyond approved change orders ({items} added).", **values)
    return Phrase("Scope grew by {share} since {day} ({items} added).", **values)


# -- budget


def _final_budget_signs(subject: Subject) -> Iterator[Sign]:
    """At completion all budgeted work is earned, whatever was left out: CPI is budget ÷ hours spent."""
    budget = subject.derived.budget
    if budget.hours_budget and budget.hours_spent and budget.burn is not None:
        text = Phrase(
            "{spent} of {budget} spent in the end ({share}).",
            spent=hours(budget.hours_spent),
            budget=hours(budget.hours_budget),
            share=Percent(budget.burn),
        )
        colour, _ = _low(budget.hours_budget / budget.hours_spent, "cpi", subject)
        yield Sign(colour, Reason(text, (subject.engagement.ref,)))


def _spent_signs(subject: Subject) -> Iterator[Sign]:
    """A budget that has passed, with work still open, is certain."""
    budget, done = subject.derived.budget, subject.derived.progress.percent
    if budget.burn is not None and budget.burn > subject.threshold("burn_red") and done != 1.0:
        yield Sign("red", Reason(_spent_text(subject), (subject.engagement.ref,)), certain=True)


def _effort_signs(subject: Subject) -> Iterator[Sign]:
    """Hours at completion as they are forecast, the one figure that every text uses."""
    budget, expected = subject.derived.budget, hours_at_completion(subject.derived)
    if expected is None or not expected.p50 or not budget.hours_budget:
        return
    text = Phrase(
        "{p50} expected at completion (80 % sure: {p80}) of {budget}.",
        p50=hours(round(expected.p50)),
        p80=hours(round(expected.p80)),
        budget=hours(budget.hours_budget),
    )
    yield _forecast_sign(_low(budget.hours_budget / expected.p50, "cpi", subject), text, subject)


def _burn_signs(subject: Subject) -> Iterator[Sign]:
    """Where no forecast tells the hours at completion: the share used, before that share is done."""
    budget, done = subject.derived.budget, subject.derived.progress.percent
    unspent = not budget.hours_spent and subject.derived.phase != Phase.NOT_STARTED
    if budget.burn is None or budget.hours_budget is None or unspent:
        return
    ahead = budget.burn >= subject.threshold("burn_yellow") and (
        done is None or done < subject.threshold("burn_yellow")
    )
    if done is not None or ahead:
        yield Sign("yellow" if ahead else "green", Reason(_spent_text(subject), (subject.engagement.ref,)))


def _spent_text(subject: Subject) -> Phrase:
    budget, done = subject.derived.budget, subject.derived.progress.percent
    return Phrase(
        "{spent} of {budget} spent ({share}){done}.",
        spent=hours(budget.hours_spent),
        budget=hours(budget.hours_budget or 0.0),
        share=Percent(budget.burn or 0.0),
        done=Phrase(", {share} done", share=Percent(done)) if done is not None else NOTHING,
    )


def _cpi_signs(subject: Subject) -> Iterator[Sign]:
    budget, done = subject.derived.budget, subject.derived.progress.percent
    if budget.cpi is None or budget.burn is None or not _enough(subject, max(budget.burn, done or 0.0)):
        return
    text = Phrase("CPI {cpi}.", cpi=Decimal(budget.cpi))
    if budget.eac_hours is None:
        text = Phrase("CPI {cpi}: nothing is done yet.", cpi=Decimal(budget.cpi))
    colour, cleared = _low(budget.cpi, "cpi", subject)
    yield Sign(colour, Reason(text, (subject.engagement.ref,)), cleared)
