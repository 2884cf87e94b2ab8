"""The three axes of the status: each weighs its evidence and takes the worst colour; no evidence, no green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.derive.phrases import count, hours, percent, quote
from bot.derive.questions import sow_end
from bot.derive.results import MilestoneStatus, Rag, Reason, Scope
from bot.derive.scope import split_by_baseline
from bot.derive.subject import Subject

Sign = tuple[str, Reason]
"""A colour, and the evidence that says so."""
MAX_EVIDENCE = 10
_RANK = ("green", "yellow", "red")


def schedule_axis(subject: Subject) -> Rag:
    """SPI, milestones against their baseline, the chance to make the SOW's end; of a complete engagement, the finish."""
    if subject.derived.phase == "complete":
        return _weigh(
            [*_finish_signs(subject), *_milestone_signs(subject)], "No finish date or SOW end is known.", subject
        )
    signs = [*_spi_signs(subject), *_milestone_signs(subject), *_chance_signs(subject)]
    return _weigh(
        signs, "Neither enough progress against a plan, dated milestones, nor a forecast is there yet.", subject
    )


def scope_axis(subject: Subject) -> Rag:
    """Growth since the baseline that no approved change order covers."""
    baseline = subject.derived.scope.baseline_day
    missing = "No baseline of the work is known (facts: `baseline` or `start`)."
    if baseline:
        missing = (
            f"The baseline {baseline} is yet to come."
            if baseline > subject.day
            else f"No work is as old as the baseline {baseline}."
        )
    return _weigh(_growth_signs(subject), missing, subject)


def budget_axis(subject: Subject) -> Rag:
    """Burn against progress, and CPI; of a complete engagement, what it spent in the end."""
    if subject.derived.phase == "complete":
        return _weigh(_final_budget_signs(subject), "Budgeted or logged hours are not known.", subject)
    signs = [*_burn_signs(subject), *_cpi_signs(subject)]
    return _weigh(signs, "Budgeted hours, logged hours or progress are not known.", subject)


def _weigh(signs: Iterable[Sign], otherwise: str, subject: Subject) -> Rag:
    """The worst colour and the reasons for it; other reasons of the same axis that are not green come after."""
    signs = list(signs)
    if not signs:
        return Rag("unknown", (Reason(otherwise, (subject.engagement.ref,)),))
    worst = max((colour for colour, _ in signs), key=_RANK.index)
    kept = [sign for sign in signs if sign[0] != "green"] or signs
    kept.sort(key=lambda sign: -_RANK.index(sign[0]))
    return Rag(worst, tuple(reason for _, reason in kept))


def _low_is_bad(value: float, name: str, subject: Subject) -> str:
    """Colour of a figure that is yellow below `<name>_yellow` and red below `<name>_red`."""
    if value < subject.threshold(f"{name}_red"):
        return "red"
    return "yellow" if value < subject.threshold(f"{name}_yellow") else "green"


def _high_is_bad(value: float, yellow: float, red: float) -> str:
    return "red" if value >= red else "yellow" if value >= yellow else "green"


# -- schedule


def _spi_signs(subject: Subject) -> Iterator[Sign]:
    schedule, progress = subject.derived.schedule, subject.derived.progress
    planned, total = schedule.planned_value, progress.total
    if schedule.spi is None or planned is None or not total:
        return
    if max(planned, progress.done) / total < subject.threshold("cpi_min_progress"):
        return
    text = f"SPI {schedule.spi:.2f}: {percent(progress.done / total)} done, {percent(planned / total)} planned by now."
    yield _low_is_bad(schedule.spi, "spi", subject), Reason(text, _behind_plan(subject))


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
        if milestone.state == "late":
            yield _late_sign(milestone, slip, subject, evidence)
        elif milestone.state == "at_risk":
            colour = _slip_colour(slip or 0, subject)
            text = f"Milestone {quote(milestone.title)} may miss its due date {milestone.due} (P80 {milestone.forecast_p80})."
            yield "red" if colour == "red" else "yellow", Reason(text, evidence)
        elif slip is not None:
            colour = "green" if milestone.state == "done" else _slip_colour(slip, subject)
            yield colour, Reason(_slip_text(milestone, slip), evidence)


def _late_sign(m: MilestoneStatus, slip: int | None, subject: Subject, evidence: tuple[str, ...]) -> Sign:
    over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 0
    text = f"Milestone {quote(m.title)} was due {m.due}, {count(over, 'working day')} ago, with {count(m.items_open, 'open item')}."
    colour = _slip_colour(max(over, slip or 0), subject)
    return "red" if colour == "red" else "yellow", Reason(text, evidence)


def milestone_slip(milestone: MilestoneStatus, subject: Subject) -> int | None:
    """The slip; where no forecast tells, the working days by which its due date has been moved; None if neither is known."""
    if milestone.slip_days is not None or milestone.state == "done":
        return milestone.slip_days
    if milestone.baseline and milestone.due and milestone.due != milestone.baseline:
        return subject.calendar.working_days_between(milestone.baseline, milestone.due)
    return None


def _slip_colour(days: int, subject: Subject) -> str:
    return _high_is_bad(days, subject.threshold("slip_yellow_days"), subject.threshold("slip_red_days"))


def _slip_text(milestone: MilestoneStatus, slip: int) -> str:
    reached = milestone.closed or milestone.forecast or milestone.due
    verb = "was done" if milestone.state == "done" else "is expected"
    when = "as planned" if slip == 0 else f"{count(abs(slip), 'working day')} {'late' if slip > 0 else 'early'}"
    return f"Milestone {quote(milestone.title)} {verb} {reached}, {when} (baseline {milestone.baseline})."


def _chance_signs(subject: Subject) -> Iterator[Sign]:
    chance, finish = subject.derived.forecast.on_time_probability, subject.derived.forecast.finish
    if chance is not None:
        text = f"{percent(chance)} chance to finish by {sow_end(subject)} (P50 {finish.p50}, P80 {finish.p80})."
        yield _low_is_bad(chance, "on_time", subject), Reason(text, (subject.engagement.ref,))


def _finish_signs(subject: Subject) -> Iterator[Sign]:
    finish, end = subject.derived.completion.completed_on, sow_end(subject)
    if finish and end:
        days = subject.calendar.working_days_between(end, finish)
        when = f"{count(abs(days), 'working day')} {'after' if days > 0 else 'before'}" if days else "on"
        text = f"Finished {finish}, {when} the agreed end {end}."
        yield _slip_colour(days, subject), Reason(text, (subject.engagement.ref,))


# -- scope


def _growth_signs(subject: Subject) -> Iterator[Sign]:
    scope = subject.derived.scope
    if scope.growth is None:
        return
    _, added = split_by_baseline(subject.work, scope.baseline_day, subject.calendar)
    evidence = tuple(item.ref for item in added[:MAX_EVIDENCE]) or (subject.engagement.ref,)
    text = _growth_text(scope, scope.growth)
    yellow, red = subject.threshold("growth_yellow"), subject.threshold("growth_red")
    yield _high_is_bad(scope.growth, yellow, red), Reason(text, evidence)


def _growth_text(scope: Scope, growth: float) -> str:
    if not scope.added:
        return f"No work was added since {scope.baseline_day}."
    added = f"{count(scope.added, 'item')} added"
    if not growth:
        return f"Approved change orders cover the work added since {scope.baseline_day} ({added})."
    approved = " beyond approved change orders" if scope.approved_hours or scope.approved_value else ""
    return f"Scope grew by {percent(growth)} since {scope.baseline_day}{approved} ({added})."


# -- budget


def _final_budget_signs(subject: Subject) -> Iterator[Sign]:
    """At completion all budgeted work is earned, whatever was left out: CPI is budget ÷ hours spent."""
    budget = subject.derived.budget
    if budget.hours_budget and budget.hours_spent and budget.burn is not None:
        text = f"{hours(budget.hours_spent)} of {hours(budget.hours_budget)} spent in the end ({percent(budget.burn)})."
        colour = _low_is_bad(budget.hours_budget / budget.hours_spent, "cpi", subject)
        yield colour, Reason(text, (subject.engagement.ref,))


def _burn_signs(subject: Subject) -> Iterator[Sign]:
    budget, done = subject.derived.budget, subject.derived.progress.percent
    if (
        budget.burn is None
        or budget.hours_budget is None
        or (done is None and budget.burn < subject.threshold("burn_yellow"))
    ):
        return
    if not budget.hours_spent and subject.derived.phase != "not_started":
        return
    if budget.burn > subject.threshold("burn_red") and done != 1.0:
        colour = "red"
    elif budget.burn >= subject.threshold("burn_yellow") and (done is None or done < subject.threshold("burn_yellow")):
        colour = "yellow"
    else:
        colour = "green"
    share = f", {percent(done)} done" if done is not None else ""
    text = f"{hours(budget.hours_spent)} of {hours(budget.hours_budget)} spent ({percent(budget.burn)}){share}."
    yield colour, Reason(text, (subject.engagement.ref,))


def _cpi_signs(subject: Subject) -> Iterator[Sign]:
    budget, done = subject.derived.budget, subject.derived.progress.percent
    if (
        budget.cpi is None
        or budget.burn is None
        or max(budget.burn, done or 0.0) < subject.threshold("cpi_min_progress")
    ):
        return
    eac = (
        f": {hours(budget.eac_hours)} expected at completion"
        if budget.eac_hours is not None
        else ": nothing is done yet"
    )
    yield _low_is_bad(budget.cpi, "cpi", subject), Reason(f"CPI {budget.cpi:.2f}{eac}.", (subject.engagement.ref,))
