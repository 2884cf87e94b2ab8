"""Dates that people keep moving, against real managers' weekly forecasts, where the evaluation kit is beside the repository."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from bot.derive.forecast import forecast_engagement, learn_reference
from bot.domain.model import DueChange, Engagement, Portfolio
from tests.builders import CALENDAR, make_engagement, make_milestone, make_settings, make_subject

KIT = Path(__file__).resolve().parents[4] / "shared" / "backtest" / "status_forecasts" / "landmark.csv.gz"
pytestmark = pytest.mark.skipif(not KIT.is_file(), reason="the evaluation kit is not beside the repository")
OTHERS = 8


@dataclass
class Managed:
    """A project: when it began and ended, when it first should have, and its manager's date by week."""

    start: date
    end: date
    first: date
    dates: dict[date, date]

    def asked(self, share: float) -> tuple[date, date]:
        """The day at that share of its time, and the manager's date then."""
        day = self.start + timedelta(days=round(share * (self.end - self.start).days))
        return day, self.dates[max((week for week in self.dates if week <= day), default=min(self.dates))]


@pytest.fixture(scope="module")
def projects() -> Sequence[Managed]:
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(KIT, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if all(row.values()):
                rows[row["project"]].append(row)
    made = (
        Managed(
            date.fromisoformat(found[0]["start"]),
            date.fromisoformat(found[0]["actual_release"]),
            date.fromisoformat(found[0]["first_estimate"]),
            {date.fromisoformat(r["week_end"]): date.fromisoformat(r["estimated_end"]) for r in found},
        )
        for found in rows.values()
    )
    return [p for p in made if (p.end - p.start).days >= 28]


def over(number: int, project: Managed, before: date) -> Engagement:
    """A project that ended a month before `before`, as a finished engagement."""
    shift = before - timedelta(days=30) - project.end
    days = {"start": project.start + shift, "end": project.first + shift}
    closed = project.end + shift
    weeks = sorted(project.dates.items())
    moves = tuple(
        DueChange(a + shift, b + shift, datetime.combine(week + shift, time(12), tzinfo=UTC))
        for (_, a), (week, b) in pairwise(weeks)
        if a != b
    )
    milestone = make_milestone("Release", due_date=weeks[-1][1] + shift, closed=closed, due_history=moves)
    return make_engagement(ref=f"acme&{number}", closed=closed, milestones=[milestone], facts=days | {"hours": None})


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_the_forecast_is_no_worse_than_the_managers_own(share: float, projects: Sequence[Managed]) -> None:
    theirs, ours = [], []
    held, promised = [], []
    for n, project in enumerate(projects):
        day, planned = project.asked(share)
        rest = [p for m, p in enumerate(projects) if m % (len(projects) // OTHERS) == n % (len(projects) // OTHERS)]
        done = [over(m, p, project.start) for m, p in enumerate(rest[:OTHERS], 2) if p is not project]
        reference = learn_reference(Portfolio(tuple(done)), day, CALENDAR, make_settings())
        facts = {"start": project.start, "end": project.first, "hours": None}
        subject = make_subject(on=day, milestones=[make_milestone("Release", due_date=planned)], facts=facts)
        finish = forecast_engagement(subject, reference, trials=100).forecast.finish
        assert isinstance(finish.p10, date)
        assert isinstance(finish.p50, date)
        assert isinstance(finish.p80, date)
        assert isinstance(finish.p95, date)
        promised.append(project.end <= finish.p80)
        length = (project.end - project.start).days
        theirs.append(abs((planned - project.end).days) / length)
        ours.append(abs((finish.p50 - project.end).days) / length)
        held.append(finish.p10 <= project.end <= finish.p95)
    assert median(ours) < 1.15 * median(theirs), (
        "with eight projects to learn from, a point in the middle may miss by a little"
    )
    assert 0.65 <= sum(promised) / len(promised) <= 0.92, "early dates slip most; over all shares 80 % is 80 %"
    assert 0.75 <= sum(held) / len(held) <= 0.95
    print(
        f"{share:.0%} of the time: managers {median(theirs):.3f}, forecast {median(ours):.3f}, held {sum(held) / len(held):.2f}"
    )
