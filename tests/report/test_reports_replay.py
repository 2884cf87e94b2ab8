"""A month and a quarter replayed day by day on the demo's portfolio: one report a period, nothing lost or told twice."""

from __future__ import annotations

import itertools
import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.sources import read_for
from bot.cli.showcase import demo_session
from bot.config import LabelSettings
from bot.derive.scope.breakdown import work_items
from bot.domain.calendar import WorkCalendar, month_named, week_named
from bot.domain.model import Engagement, Portfolio, Reply
from bot.report.environment import Templates
from bot.report.text.wording import DOTS, load_words
from fakegitlab import DemoGitLab
from tests.demo.hostile import make_hostile_portfolio
from tests.report.replay import Desk, Post, live_through, some_of

DEMO_DAY = date(2026, 11, 20)
FIRST, LAST = date(2026, 7, 30), date(2026, 11, 5)
WEEK = timedelta(days=7)
REPLY = Reply("dana", "The security review is booked.", datetime(2026, 10, 14, 9, tzinfo=UTC))
NOTE, MONTHLY_NOTE = "Steering moved to Thursday.", "Two of three risks are ours."
Lived = tuple[Desk, Portfolio]


def people(desk: Desk, day: date) -> None:
    """What people do: a PM notes something and answers in a thread; the PMO comments the September summary."""
    if day == date(2026, 10, 9):
        desk.of("status")[-1].pm_notes = NOTE
    if day == REPLY.created_at.date():
        newest = max(post.document.period for post in desk.of("status"))
        next(p for p in desk.of("status") if p.document.period == newest).replies.append(REPLY)
    if day == date(2026, 10, 2):
        desk.of("monthly")[-1].pm_notes = MONTHLY_NOTE


@pytest.fixture(scope="module")
def lived() -> Lived:
    with (
        tempfile.TemporaryDirectory() as home,
        DemoGitLab(make_hostile_portfolio(DEMO_DAY, 7, "ultimate"), edition="ultimate") as gitlab,
    ):
        session = demo_session(gitlab, Path(home), DEMO_DAY, 7, "ultimate")
        portfolio = read_for(session, snapshot=None, only=None).portfolio
    portfolio = some_of(portfolio, ("Dedicated", "Monorepo", "Air-gapped"))
    templates = Templates(load_words("en_US", "USD"))
    return live_through(portfolio, session.settings, templates, FIRST, LAST, people), portfolio


def engagements(lived: Lived) -> list[Engagement]:
    assert len(lived[1].engagements) == 3
    return list(lived[1].engagements)


def test_every_report_of_every_day_is_made(lived: Lived) -> None:
    assert lived[0].faults == []


@pytest.mark.parametrize(
    ("kind", "first", "last", "number"),
    [("portfolio", "2026-W31", "2026-W45", 15), ("monthly", "2026-06", "2026-10", 5), ("quarterly", "FY27-Q2", "FY27-Q3", 2)],
)  # fmt: skip
def test_each_period_has_one_issue(lived: Lived, kind: str, first: str, last: str, number: int) -> None:
    periods = [post.document.period for post in lived[0].of(kind)]
    assert (periods[0], periods[-1], len(periods)) == (first, last, number)
    assert len(set(periods)) == number


@pytest.mark.parametrize("kind", ["portfolio", "monthly", "quarterly"])
def test_each_issue_links_to_the_one_before(lived: Lived, kind: str) -> None:
    posts = lived[0].of(kind)
    assert [before.url in post.document.body for before, post in itertools.pairwise(posts)] == [True] * (len(posts) - 1)


def test_an_issue_is_kept_current_until_the_next_is_due_and_stands_still_then(lived: Lived) -> None:
    for kind in ("status", "portfolio"):
        for post in lived[0].of(kind):
            posted = week_named(post.document.period).first + timedelta(days=3 if kind == "status" else 1)
            assert posted <= post.written[0] <= post.written[-1] < posted + WEEK
        assert max(len(post.written) for post in lived[0].of(kind)) > 2
    for post in lived[0].of("monthly")[1:]:
        assert post.written[0] == month_named(post.document.period).last + timedelta(days=1)


def statuses(lived: Lived, ref: str) -> list[Post]:
    """The weekly statuses of an engagement that told changes: from the first with a comparison on."""
    return lived[0].of("status", ref=ref)


def told_days(posts: list[Post]) -> tuple[date, date]:
    """The first and the last day whose changes these statuses tell."""
    first, last = (week_named(post.document.period).first + timedelta(days=3) for post in (posts[0], posts[-1]))
    return first - WEEK + timedelta(days=1), last


def test_every_hour_is_told_in_one_status(lived: Lived) -> None:
    for engagement in engagements(lived):
        posts = [p for p in statuses(lived, engagement.ref) if "First status" not in p.document.body]
        first, last = told_days(posts)
        told = [float(h.replace(",", "")) for p in posts for h in re.findall(r"- ([\d.,]+) h logged;", p.document.body)]
        logged = sum(log.hours for log in engagement.timelogs if first <= log.spent_at <= last)
        assert sum(told) == pytest.approx(logged, abs=0.05 * len(told))
        assert logged > 100


def test_every_closed_item_and_milestone_is_told_in_one_status(lived: Lived) -> None:
    calendar = WorkCalendar()
    for engagement in engagements(lived):
        posts = [p for p in statuses(lived, engagement.ref) if "First status" not in p.document.body]
        first, last = told_days(posts)
        bodies = "\n".join(p.document.body for p in posts)
        closed = sum(int(n) for n in re.findall(r"- (\d+) items? closed, progress", bodies))
        work = work_items(engagement, LabelSettings())
        days = [calendar.local_day(i.closed_at) for i in work if i.closed_at]
        assert closed == sum(first <= day <= last for day in days)
        done = [re.sub(r"\W", "", name) for name in re.findall(r"- Milestone \[([^\]]+)\]\S* done,", bodies)]
        assert len(done) == len(set(done))
        assert done


def test_a_change_of_colour_is_told_once_and_as_people_read_it(lived: Lived) -> None:
    for engagement in engagements(lived):
        posts = statuses(lived, engagement.ref)
        said = [post.document.payload["posted"]["status"]["overall"] for post in posts]
        moved = [before != now for before, now in itertools.pairwise(said)]
        assert ["- Overall:" in post.document.body for post in posts[1:]] == moved
        assert any(moved)


def test_the_steps_promised_are_those_that_were_posted(lived: Lived) -> None:
    for engagement in engagements(lived):
        for before, post in zip(*(statuses(lived, engagement.ref)[n:] for n in (0, 1)), strict=False):
            promised = len(before.document.payload["posted"]["next_steps"])
            found = re.search(r"Last week's next steps: \d+ of (\d+) done", post.document.body)
            assert (int(found[1]) if found else 0) == promised


def test_the_months_trend_is_what_the_weeks_published(lived: Lived) -> None:
    for period in ("2026-08", "2026-09", "2026-10"):
        body = next(p for p in lived[0].of("monthly") if p.document.period == period).document.body
        span = month_named(period)
        for engagement in engagements(lived):
            thursdays = [
                week_named(p.document.period).first + timedelta(days=3) for p in statuses(lived, engagement.ref)
            ]
            weeks = [
                lived[0].colours[engagement.ref, min(day + WEEK - timedelta(days=1), span.last)]
                for day in thursdays
                if day in span
            ]
            assert "".join(DOTS[rag] for rag in weeks) in body, (period, engagement.title)


def test_days_red_are_counted_by_the_day(lived: Lived) -> None:
    body = lived[0].of("quarterly")[-1].document.body
    quarter = WorkCalendar().quarter_named("FY27-Q3")
    for engagement in engagements(lived):
        said = [lived[0].colours.get((engagement.ref, quarter.first + timedelta(days=n))) for n in range(92)]
        red = sum(colour == "red" for colour in said)
        row = re.search(rf"\[[^\]]*{re.escape(engagement.title[-12:])}\]\S+ \| ([\w ]+) \| ", body)
        assert (row[1] if row else "0 days") == f"{red} days", engagement.title
    assert "about" not in body.split("### Escalations")[1].split("###")[0]


def test_milestones_hit_are_those_of_the_month(lived: Lived) -> None:
    calendar = WorkCalendar()
    for period in ("2026-08", "2026-09", "2026-10"):
        body = next(p for p in lived[0].of("monthly") if p.document.period == period).document.body
        hit = sum(
            bool(m.closed_at) and calendar.local_day(m.closed_at) in month_named(period)
            for e in engagements(lived)
            for m in e.milestones
            if m.closed_at
        )
        told = re.search(r"(\d+) milestones? hit", body)
        assert told is not None
        assert abs(int(told[1]) - hit) <= len(engagements(lived)), (period, told[0], hit)


def test_what_people_wrote_is_carried_up_once(lived: Lived) -> None:
    monthly = {p.document.period: p.document.body for p in lived[0].of("monthly")}
    quarterly = {p.document.period: p.document.body for p in lived[0].of("quarterly")}
    assert [period for period, body in monthly.items() if NOTE in body] == ["2026-10"]
    assert [period for period, body in monthly.items() if REPLY.body in body] == ["2026-10"]
    assert [period for period, body in quarterly.items() if MONTHLY_NOTE in body] == ["FY27-Q3"]
    weeks = [p.document.period for p in lived[0].of("portfolio") if REPLY.body in p.document.body]
    assert len(weeks) == 1
