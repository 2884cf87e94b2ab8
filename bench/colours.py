"""How steady are the colours? The demo's half year replayed day by day: turns an engagement and month, and turns taken back.

    python -m bench.colours [DAY:SEED ...]

A turn that is taken back within three weeks is told with the facts that changed in between; one without is a fault (exit code 1).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from bot.config import Settings, parse_config
from bot.demo import DEMO_CONFIG, make_portfolio
from bot.derive.catalog import vocabulary
from bot.derive.decisions.colours import LEVELS, MUCH_DONE, Signal, worst
from bot.derive.decisions.status import AXES, PastSignals, colours_on
from bot.derive.forecast import learn_by_day
from bot.derive.past_memory import Memory
from bot.derive.past_signals import past_signals
from bot.derive.pipeline import make_subjects, with_default_thresholds
from bot.domain.calendar import ONE_DAY, WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Portfolio, as_of
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab

DAYS = 182
SOON = timedelta(weeks=3)
DAYS_OF_A_MONTH = 30.4
SAMPLES = ("2026-11-26:7", "2026-11-20:1", "2026-08-14:2", "2026-12-15:3")


@frozen
class Turn:
    """The overall colour that changed on a day, and what the facts said of each axis."""

    day: date
    before: str
    after: str
    signals: Mapping[str, Signal]
    earlier: Mapping[str, Signal]
    """Of the day before."""


@frozen
class Life:
    """One engagement: on how many days it had a colour, and when that turned."""

    ref: str
    days: int
    turns: tuple[Turn, ...]

    def taken_back(self) -> Iterator[tuple[Turn, Turn]]:
        for first, second in zip(self.turns, self.turns[1:], strict=False):
            if second.after == first.before and second.day - first.day <= SOON:
                yield first, second


def read_demo(day: date, seed: int) -> tuple[Portfolio, Settings, WorkCalendar]:
    with DemoGitLab(make_portfolio(day, seed)) as gitlab:
        settings = parse_config(DEMO_CONFIG(day, gitlab.url, seed), "config.yml", vocabulary())
        portfolio = read_portfolio(GitLabClient(gitlab.url, gitlab.token), settings, today=day)
    return portfolio, with_default_thresholds(settings), settings.work_calendar(range(2023, 2031))


def lives(day: date, seed: int) -> Iterator[Life]:
    portfolio, settings, calendar = read_demo(day, seed)
    then = as_of(portfolio, day, calendar.zone)
    learned = learn_by_day(then, calendar, settings)
    subjects = make_subjects(then, day, settings, calendar)
    outlook = Memory().seen_from(subjects)
    for subject in subjects:
        past = past_signals(subject, learned, (), outlook)
        yield replay(subject.engagement.ref, day, calendar, past)


def replay(ref: str, day: date, calendar: WorkCalendar, past: PastSignals) -> Life:
    colour, days, turns, earlier = "", 0, [], dict[str, Signal]()
    for back in range(DAYS, -1, -1):
        on = day - ONE_DAY * back
        signals = past(on)
        found = worst(colours_on(on, calendar, past).values()) if signals else "unknown"
        if found not in LEVELS:
            continue
        days += 1
        if colour and found != colour:
            turns.append(Turn(on, colour, found, signals, earlier))
        colour, earlier = found, dict(signals)
    return Life(ref, days, tuple(turns))


def news(first: Turn, second: Turn) -> list[str]:
    """The axes on which a reader could see another fact, or a tenth of the work more."""
    return [
        axis
        for axis in AXES
        if first.earlier[axis].facts != second.signals[axis].facts
        or second.signals[axis].done >= first.earlier[axis].done + MUCH_DONE
    ]


def main(samples: Sequence[str]) -> int:
    turns, months, silent = 0, 0.0, 0
    for sample in samples or SAMPLES:
        day, _, seed = sample.partition(":")
        found = list(lives(date.fromisoformat(day), int(seed)))
        count, span = sum(len(life.turns) for life in found), sum(life.days for life in found) / DAYS_OF_A_MONTH
        print(f"{sample}: {count} turns in {span:.1f} engagement-months: {count / span:.2f} a month")
        turns, months = turns + count, months + span
        for life in found:
            for first, second in life.taken_back():
                seen = news(first, second)
                silent += not seen
                told = ", ".join(seen) or "NO FACT CHANGED"
                print(f"  {life.ref}: {first.before} → {first.after} {first.day}, back {second.day}: {told}")
    print(f"all: {turns / months:.2f} turns an engagement and month; taken back without a fact: {silent}")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
