"""Plausible timesheet and booking exports for the sample portfolio, as CSV text."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta

from bot.demo.catalogue import PLANS, Script
from bot.demo.engagement import ESTIMATED, SampleEngagement
from bot.demo.portfolio import build_portfolio

TIMESHEET_SOWS = (2101, 2088, 2064)
BOOKED_WEEKS, HARD_WEEKS = 12, 8


def make_timesheets(as_of: date, seed: int = 7, edition: str = "ultimate", plans: tuple[Script, ...] = PLANS) -> str:
    """`engagement,user,date,hours,billable,approved,item` for some engagements; a little off GitLab's time logs."""
    rows: list[list[object]] = []
    chance = random.Random(f"timesheets {seed}")  # noqa: S311 - repeatable, not secret
    for made in build_portfolio(as_of, seed, edition, plans).engagements:
        if made.plan.sow in TIMESHEET_SOWS:
            rows += _hours(made, chance)
    return _text(["engagement", "user", "date", "hours", "billable", "approved", "item"], rows)


def _hours(made: SampleEngagement, chance: random.Random) -> list[list[object]]:
    rows: list[list[object]] = []
    for item in made.work:
        for log in item.timelogs:
            hours = max(0.25, log.seconds / 3600 + chance.choice((0, 0, 0, 0.25, -0.25)))
            approved = log.spent_at.date() < made.as_of - timedelta(days=10)
            billable = chance.random() > 0.05
            row = [
                made.ref,
                log.user.username,
                log.spent_at.date(),
                hours,
                _yes(billable),
                _yes(approved),
                item.reference,
            ]
            rows.append(row)
    return rows


def make_bookings(as_of: date, seed: int = 7, edition: str = "ultimate", plans: tuple[Script, ...] = PLANS) -> str:
    """`engagement,user,week,hours,kind`: who is booked on what in the coming weeks."""
    rows: list[list[object]] = []
    for made in build_portfolio(as_of, seed, edition, plans).engagements:
        if not made.plan.finished:
            rows += _bookings(made)
    return _text(["engagement", "user", "week", "hours", "kind"], rows)


def _bookings(made: SampleEngagement) -> list[list[object]]:
    """The next weeks at the pace that the plan needs, as long as the work goes on."""
    rows: list[list[object]] = []
    weeks = made.plan.weeks * made.plan.tight
    pace = made.plan.hours * ESTIMATED / weeks / sum(share for _name, share in made.plan.team)
    last = made.calendar.add_working_days(made.start, round(made.work_days / made.plan.pace))
    for number in range(BOOKED_WEEKS):
        monday = made.as_of + timedelta(days=7 * number - made.as_of.weekday())
        if not made.start - timedelta(days=6) <= monday <= last:
            continue
        year, week, _day = monday.isocalendar()
        kind = "hard" if number < HARD_WEEKS else "soft"
        rows += [[f"SOW-{made.plan.sow}", name, f"{year}-W{week:02d}", round(pace * share), kind]
                 for name, share in made.plan.team]  # fmt: skip
    return rows


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _text(head: list[str], rows: list[list[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
