"""Hours at completion where no hours are estimated: real projects cut into engagements of twenty items, with a budget alone.

    python bench/forecast_effort.py [--data ../shared/backtest]

Each cut is asked at 10, 25, 50 and 75 % of its time. The budget is what a planner would have written: the plan of the same
items × the other projects' actual ÷ estimate. Error = |forecast − truth| ÷ truth, worst organisation first.
Without the data it says so and ends with 0. Needs numpy and pandas.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import mean, median
from types import ModuleType
from typing import Any

from bot.domain.vocabulary import ItemState

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.forecast_groups import DATA, load_kit, organisations
from bot.config import Settings
from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.results import EngagementDerived
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Facts, Item, Portfolio, TimeLog, as_of

ITEMS = 20
SHARES = (0.1, 0.25, 0.5, 0.75)
LEAST_HOURS = 20.0


@frozen
class Cut:
    """Twenty items closed one after another, as an engagement without estimates."""

    engagement: Engagement
    organisation: str
    start: date
    end: date
    budget: float
    hours: float


def cuts(kit: ModuleType, data: Path) -> Iterator[Cut]:
    """All of them, project by project."""
    projects, known = kit.load_cesaw(data), organisations(kit, data)
    for name, project in projects.items():
        ratio = median(p.actual / p.bac for other, p in projects.items() if other != name)
        issues, logs = project.rows
        by_item: dict[int, list[Any]] = defaultdict(list)
        for log in logs:
            by_item[log[0]].append(log)
        for first in range(0, len(issues) - ITEMS + 1, ITEMS):
            found = _cut(f"{name}-{first}", issues[first : first + ITEMS], by_item, ratio, known[name])
            if found:
                yield found


def _cut(name: str, issues: list[Any], by_item: dict[int, list[Any]], ratio: float, organisation: str) -> Cut | None:
    logs = [log for issue in issues for log in by_item[issue[0]]]
    hours = sum(log[3] for log in logs)
    if hours < LEAST_HOURS:
        return None
    start = date.fromordinal(min(log[2] for log in logs))
    end = date.fromordinal(max(max(issue[2] for issue in issues), max(log[2] for log in logs)))
    if (end - start).days < 2 * ITEMS:
        return None
    born = datetime.combine(start, time(), tzinfo=UTC)
    items = tuple(
        Item(
            f"{name}#{i}",
            "Item",
            state=ItemState.CLOSED,
            created_at=born,
            closed_at=datetime.combine(date.fromordinal(day), time(12), tzinfo=UTC),
        )
        for i, _, day, *_ in issues
    )
    made = tuple(TimeLog(f"{name}#{i}", user, date.fromordinal(day), h) for i, user, day, h in logs)
    budget = ratio * sum(issue[1] for issue in issues)
    facts = Facts(start=start, hours=round(budget, 2))
    return Cut(
        Engagement(f"{name}&1", facts=facts, items=items, timelogs=made), organisation, start, end, budget, hours
    )


def said(cut: Cut, share: float, settings: Settings) -> dict[str, float]:
    """What the forecast says of the hours at completion, and what simple rules say."""
    day = cut.start + timedelta(days=round(share * (cut.end - cut.start).days))
    calendar = settings.work_calendar(range(cut.start.year - 1, cut.end.year + 3))
    then = as_of(Portfolio((cut.engagement,)), day, calendar.zone).engagements[0]
    subject = Subject(replace(then, state=ItemState.OPENED), day, calendar, settings, EngagementDerived(then.ref))
    forecast = forecast_engagement(subject, Reference(), trials=0).forecast.effort_hours.p50
    spent = sum(log.hours for log in then.timelogs)
    done = sum(i.state == "closed" for i in then.items)
    return {
        "psbot": forecast if isinstance(forecast, float) else cut.budget,
        "budget": max(cut.budget, spent),
        "0/100 by count": spent * ITEMS / done if done else cut.budget,
    }


def main() -> int:
    """Prints a table: mean error at each share, by organisation and of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    if not (options.data / "evaluate.py").exists():
        print(f"no evaluation kit in {options.data}: nothing to measure")
        return 0
    settings = Settings.model_validate({"portfolio": {"namespaces": {"evaluation": "internal"}}})
    errors: dict[tuple[str, str], dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
    made = list(cuts(load_kit(options.data), options.data))
    for cut in made:
        for share in SHARES:
            for rule, value in said(cut, share, settings).items():
                for group in (cut.organisation, "all"):
                    errors[group, rule][share].append(abs(value / cut.hours - 1))
    print(f"{len(made)} engagements of {ITEMS} items; mean error at {', '.join(f'{s:.0%}' for s in SHARES)}")
    for (group, rule), found in sorted(errors.items(), key=lambda e: (e[0][0] == "all", e[0])):
        n = len(found[SHARES[0]])
        print(f"{group:<22}{rule:<18}{n:>5}  " + "  ".join(f"{mean(found[s]):.3f}" for s in SHARES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
