"""The back-test on real, published project records, where the evaluation kit stands beside the repository."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.derive.forecast import run_backtest
from bot.derive.forecast.record.backtest import BacktestReport
from bot.domain.model import Engagement, Portfolio
from tests.builders import CALENDAR, make_engagement, make_item, make_log, make_settings

KIT = Path(__file__).resolve().parents[4] / "shared" / "backtest" / "cesaw"
PROJECTS = tuple(f"cesaw-{n}" for n in (47, 49, 56, 606, 70, 71, 72, 83, 84))
pytestmark = pytest.mark.skipif(not KIT.is_dir(), reason="the evaluation kit is not beside the repository")


def rows(name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(KIT / name, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["project"] in PROJECTS:
                found[row["project"]].append(row)
    return found


def engagement(name: str, plan: list[dict[str, str]], logs: list[dict[str, str]], shift: timedelta) -> Engagement:
    """A project as in the kit's notes: an issue's rows added up, never-closed ones dropped, days moved by `shift`."""
    hours: dict[str, float] = defaultdict(float)
    closed: dict[str, str] = {}
    for row in plan:
        hours[row["iid"]] += float(row["estimate_min"] or 0) / 60
        closed[row["iid"]] = max(closed.get(row["iid"], ""), row["closed"][:10] or "9999")
    done = sorted((day, iid) for iid, day in closed.items() if day < "9999" and hours[iid] > 0)
    done = done[: round(len(done) * 0.97)]
    kept = {iid for _, iid in done}
    logs = [row for row in logs if row["iid"] in kept and row["date"][:10] <= done[-1][0]]
    days = sorted(date.fromisoformat(row["date"][:10]) for row in logs)
    start = days[len(days) // 100] + shift
    items = [
        make_item(int(iid), estimate_hours=hours[iid], closed=date.fromisoformat(day) + shift, created_at=start)
        for day, iid in done
        if date.fromisoformat(day) + shift >= start
    ]
    refs = {item.ref for item in items}
    timelogs = [
        make_log(make_item(int(r["iid"])), float(r["minutes"]) / 60, date.fromisoformat(r["date"][:10]) + shift)
        for r in logs
    ]
    return make_engagement(
        ref=f"{name}&1",
        created_at=start,
        closed=date.fromisoformat(done[-1][0]) + shift,
        items=items,
        timelogs=[log for log in timelogs if log.item in refs and log.spent_at >= start],
        facts={"customer": name, "start": start, "end": None, "hours": None, "value": None, "rate": 200.0},
    )


@pytest.fixture(scope="module")
def replay() -> BacktestReport:
    """The projects one after another, so that the later ones can learn from the earlier ones."""
    plans, logs = rows("issues.csv.gz"), rows("timelogs.csv.gz")
    made = [engagement(p, plans[p], logs[p], timedelta(weeks=13 * n)) for n, p in enumerate(PROJECTS)]
    return run_backtest(Portfolio(tuple(made)), CALENDAR, make_settings(), day=date(2019, 1, 1), trials=200)


def test_finish_dates_keep_their_promise(replay: BacktestReport) -> None:
    early, middle, late = replay.summaries
    assert late.finish_pinball is not None
    assert early.finish_pinball is not None
    assert middle.finish_median_error is not None
    assert late.finish_pinball < early.finish_pinball < 0.12
    assert middle.finish_median_error < 0.25
    held = [s.finish_in_range for s in replay.summaries if s.finish_in_range is not None]
    assert sum(held) / 3 >= 0.7


def test_effort_is_forecast_within_a_few_percent(replay: BacktestReport) -> None:
    errors = [s.effort_median_error for s in replay.summaries]
    assert all(e is not None and e < limit for e, limit in zip(errors, (0.15, 0.08, 0.08), strict=True))
