"""Revenue targets as Finance would have set them: about what the sample engagements bring in the quarter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist

from bot.demo.engagement import ESTIMATED, EXTRA_HOURS, SampleEngagement
from bot.demo.governance import sign_off
from bot.domain.calendar import Period
from fakegitlab.entities import Milestone

HOUR = 3600
BY_BILLING = {"time_and_materials": "as_delivered", "fixed_price": "on_completion", "milestone": "on_acceptance"}
DOUBT = 0.55
"""Spread of what is left to do, as a share of it."""
SIGN_OFF_DAYS = 6
"""Working days from the end of a milestone's work to its acceptance."""


def quarter_targets(engagements: Sequence[SampleEngagement], as_of: date) -> dict[str, int]:
    """Targets of the running fiscal quarter and of the one before, in thousands."""
    calendar = engagements[0].calendar
    running = calendar.fiscal_quarter(as_of)
    before = calendar.fiscal_quarter(running.first - timedelta(days=1))
    return {
        quarter.name: round(sum(expected_revenue(made, quarter) for made in engagements) / 1000) * 1000
        for quarter in (before, running)
    }


def expected_revenue(made: SampleEngagement, quarter: Period) -> float:
    """What an engagement likely brings in a quarter, by its rule of recognition."""
    rule = made.plan.recognition or BY_BILLING[made.plan.billing]
    return _RULES[rule](made, quarter)


def _as_delivered(made: SampleEngagement, quarter: Period) -> float:
    return made.plan.value / made.plan.hours * _hours(made, quarter)


def _percent_complete(made: SampleEngagement, quarter: Period) -> float:
    return made.plan.value * _hours(made, quarter) / (_spent(made) + _left(made))


def _on_acceptance(made: SampleEngagement, quarter: Period) -> float:
    return sum(amount * _chance(made, _accepted(made, stone), quarter) for stone, amount in made.amounts)


def _on_completion(made: SampleEngagement, quarter: Period) -> float:
    return made.plan.value * _chance(made, _finish(made), quarter)


_RULES: Mapping[str, Callable[[SampleEngagement, Period], float]] = {
    "as_delivered": _as_delivered,
    "percent_complete": _percent_complete,
    "on_acceptance": _on_acceptance,
    "on_completion": _on_completion,
}


# --- when, and how much is left ------------------------------------------------------------------------------------------


def _chance(made: SampleEngagement, day: date, quarter: Period) -> float:
    """1 or 0 for what has happened; else how likely it happens in the quarter when `day` is the best guess."""
    if day <= made.as_of:
        return float(day in quarter)
    ahead = (day - made.as_of).days
    guess = NormalDist(ahead, max(2.0, DOUBT * ahead))
    since = max(0, (quarter.first - made.as_of).days)
    return max(0.0, guess.cdf((quarter.last - made.as_of).days) - (guess.cdf(since) if since else 0.0))


def _finish(made: SampleEngagement) -> date:
    """The last closing; else between the agreed end and the end at the pace so far."""
    if made.plan.finished:
        return max(item.closed_at.date() for item in made.work if item.closed_at)
    likely = made.calendar.add_working_days(made.start, round(made.work_days / made.plan.pace))
    if made.plan.troubled:
        likely = made.end + (likely - made.end) * 0.6
    return max(likely, made.as_of + timedelta(days=7))


def _accepted(made: SampleEngagement, stone: Milestone) -> date:
    """When a milestone was accepted, or when that is likely."""
    sent, received = sign_off(made, stone)
    if received:
        return received
    if sent:
        return made.calendar.add_working_days(made.calendar.next_working_day(sent), 4)
    share = (made.milestones.index(stone) + 1) / len(made.milestones)
    done = made.calendar.add_working_days(made.start, round(made.work_days / made.plan.pace * share))
    return made.calendar.add_working_days(max(done, made.as_of), SIGN_OFF_DAYS)


def _spent(made: SampleEngagement) -> float:
    return sum(log.seconds for item in made.work for log in item.timelogs) / HOUR


def _left(made: SampleEngagement) -> float:
    """Hours still to come, at the cost so far; without estimates all that was sold."""
    if made.plan.finished:
        return 0.0
    estimates = made.plan.hours * ESTIMATED + made.plan.added * EXTRA_HOURS
    whole = estimates * made.plan.cost if made.plan.estimates else made.plan.hours
    return max(0.0, whole - _spent(made))


def _hours(made: SampleEngagement, quarter: Period) -> float:
    """Hours logged in the quarter, and those of the rest that fall into it when they are spread evenly."""
    logs = [log for item in made.work for log in item.timelogs if log.spent_at.date() in quarter]
    first = max(made.as_of + timedelta(days=1), made.start)
    days = made.calendar.working_days(first, max(first, _finish(made)))
    inside = sum(day in quarter for day in days) / len(days) if days else 0.0
    return sum(log.seconds for log in logs) / HOUR + _left(made) * inside
