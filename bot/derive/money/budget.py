"""The budget: hours and money against what was sold, efficiency, and when it runs out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

from bot.derive.money.hours import (
    count_hours,
    daily_pace,
    hours_spent,
    is_billable,
    items_without_logs,
    non_billable_refs,
    run_out_date,
)
from bot.derive.money.rates import hourly_rate
from bot.derive.ratios import ratio
from bot.derive.results import Budget
from bot.derive.subject import Subject
from bot.domain.vocabulary import Phase


def derive_budget(subject: Subject) -> Budget:
    """BAC, burn, CPI, TCPI, EAC, run-out date and money. Uses `derived.progress` and `derived.scope`."""
    engagement = subject.engagement
    hours = count_hours(engagement, subject.settings.labels)
    bac = budget_hours(subject)
    pace = daily_pace(engagement.timelogs, engagement.facts.start, subject.day, subject.calendar)
    return replace(
        _burn_of(hours.spent, bac, subject),
        hours_billable=hours.billable,
        weekly_pace=pace * len(subject.calendar.working_weekdays) if pace is not None else None,
        hours_difference=engagement.hours_difference,
        money_budget=_money_budget(subject),
        money_spent=money_spent(subject),
        runs_out=_runs_out(subject, bac, hours.spent, pace),
    )


def derive_burn(subject: Subject) -> Budget:
    """Of the budget only what colours rest on: hours against hours, and efficiency."""
    return _burn_of(hours_spent(subject.engagement, subject.settings.labels), budget_hours(subject), subject)


def _burn_of(spent: float, bac: float | None, subject: Subject) -> Budget:
    percent = subject.derived.progress.percent
    budget = Budget(hours_budget=bac, hours_spent=spent, burn=ratio(spent, bac) if spent >= 0 else None)
    senseless = bac is None or percent is None or spent < 0
    return budget if senseless else _with_efficiency(budget, bac or 0.0, percent or 0.0)


def budget_hours(subject: Subject) -> float | None:
    """BAC: the contract's hours and approved change orders' hours; without `hours`, the sum of the estimates."""
    contract = subject.engagement.facts.hours
    if contract:
        return contract + subject.derived.scope.approved_hours
    work = subject.work
    return math.fsum(item.estimate_hours for item in work if item.estimate_hours) or None


def money_spent(subject: Subject) -> float | None:
    """Billable hours at their rates; None when a rate is not known."""
    engagement, settings = subject.engagement, subject.settings
    free = non_billable_refs(engagement.items, settings.labels)
    spent = [(log.user, log.hours) for log in engagement.timelogs if is_billable(log, free)]
    unlogged = items_without_logs(engagement, settings.labels)
    spent += [("", item.spent_hours or 0.0) for item in unlogged if item.ref not in free]
    rated = [(hourly_rate(engagement.facts, user, settings.finance), hours) for user, hours in spent]
    if any(rate is None for rate, _ in rated):
        return None
    return math.fsum((rate or 0.0) * hours for rate, hours in rated)


def _money_budget(subject: Subject) -> float | None:
    value = subject.engagement.facts.value
    return None if value is None else value + subject.derived.scope.approved_value


def _runs_out(subject: Subject, bac: float | None, spent: float, pace: float | None) -> date | None:
    """Nothing runs out of a complete engagement, unless it already had."""
    if bac is None or (subject.derived.phase == Phase.COMPLETE and spent < bac):
        return None
    return run_out_date(subject.engagement.timelogs, bac, spent, pace, subject.day, subject.calendar)


def _with_efficiency(budget: Budget, bac: float, percent: float) -> Budget:
    """CPI = percent × BAC ÷ spent; EAC = BAC ÷ CPI; TCPI is None when no work or no budget is left."""
    cpi = ratio(percent * bac, budget.hours_spent)
    work_left, hours_left = bac - percent * bac, bac - budget.hours_spent
    tcpi = ratio(work_left, hours_left) if work_left > 0 and hours_left > 0 else None
    return replace(budget, cpi=cpi, eac_hours=ratio(bac, cpi), tcpi=tcpi)
