"""The three axes of the status: each weighs its evidence and takes the worst colour; no evidence, no green."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.derive.decisions.questions import sow_end
from bot.derive.results import MilestoneStatus, Rag, Reason, Scope
from bot.derive.scope.baseline import work_at_baseline
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Decimal, Percent, Phrase, Value, days, hours, items, quote

Sign = tuple[str, Reason]
"""A colour, and the evidence that says so."""
MAX_EVIDENCE = 10
_RANK = ("green", "yellow", "red")


def schedule_axis(subject: Subject) -> Rag:
    """SPI, milestones against their baseline, the chance to make the SOW's end; of a complete engagement, the finish."""
    if subject.derived.phase == "complete":
        return _weigh(
            [*_finish_signs(subject), *_milestone_signs(subject)],
            Phrase("No finish date or SOW end is known."),
            subject,
        )
    signs = [*_spi_signs(subject), *_milestone_signs(subject), *_chance_signs(subject)]
    return _weigh(
        signs,
        Phrase("Neither enough progress against a plan, dated milestones, nor a forecast is there yet."),
        subject,
    )


def scope_axis(subject: Subject) -> Rag:
    """Growth since the baseline that no approved change order covers."""
    baseline = subject.derived.scope.baseline_day
    missing = Phrase("No baseline of the work is known (facts: `baseline` or `start`).")
    if baseline:
        missing = (
            Phrase("The baseline {day} is yet to come.", day=baseline)
            if baseline > subject.day
            else Phrase("No work is as old as the baseline {day}.", day=baseline)
        )
    return _weigh(_growth_signs(subject), missing, subject)


def budget_axis(subject: Subject) -> Rag:
    """Burn against progress, and CPI; of a complete engagement, what it spent in the end."""
    if subject.derived.phase == "complete":
        return _weigh(_final_budget_signs(subject), Phrase("Budgeted or logged hours are not known."), subject)
    signs = [*_burn_signs(subject), *_cpi_signs(subject)]
    return _weigh(signs, Phrase("Budgeted hours, logged hours or progress are not known."), subject)


def _weigh(signs: Iterable[Sign], otherwise: Phrase, subject: Subject) -> Rag:
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
    text = Phrase(
        "SPI {spi}: {done} done, {planned} planned by now.",
        spi=Decimal(schedule.spi),
        done=Percent(progress.done / total),
        planned=Percent(planned / total),
    )
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
            text = Phrase(
                "Milestone {title} may miss its due date {due} (P80 {p80}).",
                title=quote(milestone.title),
                due=milestone.due,
                p80=milestone.forecast_p80,
            )
            yield "red" if colour == "red" else "yellow", Reason(text, evidence)
        elif slip is not None:
            colour = "green" if milestone.state == "done" else _slip_colour(slip, subject)
            yield colour, Reason(_slip_text(milestone, slip), evidence)


def _late_sign(m: MilestoneStatus, slip: int | None, subject: Subject, evidence: tuple[str, ...]) -> Sign:
    over = max(1, subject.calendar.working_days_between(m.due, subject.day)) if m.due else 0
    text = Phrase(
        "Milestone {title} was due {due}, {n|# working day|# working days} ago, with {open|# open item|# open items}.",
        title=quote(m.title),
        due=m.due,
        n=over,
        open=m.items_open,
    )
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


def _slip_text(milestone: MilestoneStatus, slip: int) -> Phrase:
    values: dict[str, Value] = {
        "title": quote(milestone.title),
        "day": milestone.closed or milestone.forecast or milestone.due,
        "when": _when(slip),
        "baseline": milestone.baseline,
    }
    if milestone.state == "done":
        return Phrase("Milestone {title} was done {day}, {when} (baseline {baseline}).", **values)
    return Phrase("Milestone {title} is expected {day}, {when} (baseline {baseline}).", **values)


def _when(slip: int) -> Phrase:
    if slip == 0:
        return Phrase("as planned")
    return Phrase("{days} late", days=days(slip)) if slip > 0 else Phrase("{days} early", days=days(-slip))


def _chance_signs(subject: Subject) -> Iterator[Sign]:
    chance, finish = subject.derived.forecast.on_time_probability, subject.derived.forecast.finish
    if chance is not None:
        text = Phrase(
            "{share} chance to finish by {end} (P50 {p50}, P80 {p80}).",
            share=Percent(chance),
            end=sow_end(subject),
            p50=finish.p50,
            p80=finish.p80,
        )
        yield _low_is_bad(chance, "on_time", subject), Reason(text, (subject.engagement.ref,))


def _finish_signs(subject: Subject) -> Iterator[Sign]:
    finish, end = subject.derived.completion.completed_on, sow_end(subject)
    if finish and end:
        over = subject.calendar.working_days_between(end, finish)
        yield _slip_colour(over, subject), Reason(_finish_text(finish, end, over), (subject.engagement.ref,))


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
    added = work_at_baseline(subject).added
    evidence = tuple(item.ref for item in added[:MAX_EVIDENCE]) or (subject.engagement.ref,)
    text = _growth_text(scope, scope.growth)
    yellow, red = subject.threshold("growth_yellow"), subject.threshold("growth_red")
    yield _high_is_bad(scope.growth, yellow, red), Reason(text, evidence)


def _growth_text(scope: Scope, growth: float) -> Phrase:
    values: dict[str, Value] = {"day": scope.baseline_day, "items": items(scope.added), "share": Percent(growth)}
    if not scope.added:
        return Phrase("No work was added since {day}.", day=scope.baseline_day)
    if not growth:
        return Phrase("Approved change orders cover the work added since {day} ({items} added).", **values)
    if scope.approved_hours or scope.approved_value:
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
    text = Phrase(
        "{spent} of {budget} spent ({share}){done}.",
        spent=hours(budget.hours_spent),
        budget=hours(budget.hours_budget),
        share=Percent(budget.burn),
        done=Phrase(", {share} done", share=Percent(done)) if done is not None else NOTHING,
    )
    yield colour, Reason(text, (subject.engagement.ref,))


def _cpi_signs(subject: Subject) -> Iterator[Sign]:
    budget, done = subject.derived.budget, subject.derived.progress.percent
    if (
        budget.cpi is None
        or budget.burn is None
        or max(budget.burn, done or 0.0) < subject.threshold("cpi_min_progress")
    ):
        return
    text = (
        Phrase("CPI {cpi}: nothing is done yet.", cpi=Decimal(budget.cpi))
        if budget.eac_hours is None
        else Phrase(
            "CPI {cpi}: at the cost of the work done so far, all of it takes {hours}.",
            cpi=Decimal(budget.cpi),
            hours=hours(budget.eac_hours),
        )
    )
    yield _low_is_bad(budget.cpi, "cpi", subject), Reason(text, (subject.engagement.ref,))
