"""Chaos: seeded publishing runs against the demo GitLab with faults, kills, rival processes and meddling people.

`make chaos` (python -m bench.chaos [CASES]) prints what happened; duplicates, losses, writes to a wrong audience and noise
must all be 0. A case is a world at a turn of the calendar, some turbulent runs, then calm ones: the first calm run must
complete everything, the second must write nothing. `tests/publish/test_chaos.py` runs a few cases on every `make test`.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from bench.chaos_run import ROLL_UPS, SECRET, Order, by_processes, calendar_of, settings_in
from bench.chaos_world import PAUSES, PLANTED, SKEWS, TURNS, Clock, People
from bot.derive.decisions.due import Due
from bot.domain.frozen import frozen
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience
from bot.publish.marker import Marker, read_marker
from bot.report.schedule import cycle_of, reports_due
from tests.publish.stage import CHANNEL, Stage, open_stage

KINDS = ("bad_gateway", "unavailable", "gateway_timeout", "html", "reset_before", "reset_after", "rate_limit")
CASES = 2000
Launch = Callable[[Sequence[Order]], list[str]]


@dataclass
class Tally:
    """What the cases did and found. Of faults and deeds only those that really happened count."""

    done: Counter[str] = field(default_factory=Counter)
    """Cases, runs, and what was special about them."""
    people: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    turned: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    lost: int = 0
    wrong_audience: int = 0
    lost_pm_notes: int = 0
    noise: int = 0
    broken_seeds: list[int] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return self.duplicates + self.lost + self.wrong_audience + self.lost_pm_notes + self.noise

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            elif isinstance(value, list):
                getattr(self, name).extend(value)
            else:
                setattr(self, name, getattr(self, name) + value)


@frozen
class Text:
    """A note or issue of psbot's, whoever of its users wrote it."""

    place: str
    body: str
    marker: Marker
    own: bool

    @property
    def what(self) -> tuple[str, ...]:
        """What it stands for, however the engagement was called when it was written."""
        i = self.marker.identity
        return (self.place, i.kind, i.audience, i.period, str(i.part))


class Case:
    """One seeded world and what befalls it."""

    def __init__(self, seed: int, stage: Stage, launch: Launch) -> None:
        self.random = random.Random(seed)
        self.stage, self.launch = stage, launch
        zone, day = self.random.choice(TURNS)
        self.settings = settings_in(zone)
        self.clock = Clock(zone, stage)
        self.clock.set_out(day, self.random)
        self.people = People(stage, self.random)
        self.tally = Tally(Counter(cases=1))

    # -- runs

    def order(self, **changes: Any) -> Order:
        people, ahead = self.people, changes.get("ahead", timedelta(0))
        order = Order(
            self.stage.gitlab.url, self.stage.token, self.clock.zone, self.clock.day(ahead), people.text, people.root,
            people.epic,
        )  # fmt: skip
        return replace(order, **changes)

    def run(self, orders: Sequence[Order]) -> None:
        ends = self.launch(orders)
        self.tally.done["runs"] += len(orders)
        self.tally.done["at_once"] += len(orders) if len(orders) > 1 else 0
        self.tally.done["skewed"] += sum(bool(order.ahead) for order in orders)
        self.tally.done["kills"] += ends.count("killed")
        self.tally.done["failed"] += ends.count("failed")

    def turbulent_run(self) -> None:
        """Some runs at the same time, or one, under trouble."""
        self._trouble()
        self.run([self._mortal() for _ in range(self.random.choice((1, 1, 2, 2, 3)))])
        faults = self.stage.gitlab.faults
        self.tally.faults.update(faults.struck)
        faults.struck.clear()
        faults.clear()
        self.stage.gitlab.replica.lag = 0
        self.tally.turned += self.clock.wait(self.random.choice(PAUSES))

    def _trouble(self) -> None:
        gitlab, chance = self.stage.gitlab, self.random
        gitlab.replica.lag = chance.choice((0, 0, 2, 6, 25))
        for _ in range(chance.randrange(4)):
            wait = chance.choice((1, 1, format_datetime(self.stage.world.now, usegmt=True)))
            gitlab.faults.add(chance.choice(KINDS), chance.randrange(1, 4), writes=chance.choice((True, True, None)),
                              skip=chance.randrange(8), retry_after=wait)  # fmt: skip

    def _mortal(self) -> Order:
        lives = self.random.randrange(1, 60) if self.random.random() < 0.5 else None
        return self.order(lives=lives, after=self.random.random() < 0.5, ahead=self.random.choice(SKEWS))

    # -- what must hold

    def judge(self) -> Tally:
        """Calm again: one run completes all, the next writes nothing; then count what stands."""
        self.people.tidy_up()
        frozen = self._frozen()
        self.run([self.order()])
        before = len(self.stage.gitlab.writes)
        self.run([self.order()])
        tally = self.tally
        tally.noise += len(self.stage.gitlab.writes) - before + self._rewritten(frozen)
        self._count_standing()
        tally.wrong_audience += self._leaks()
        texts = "\n".join(n.body for n in self.people.own_notes())
        tally.lost_pm_notes += sum(text not in texts for text in self.people.pm_notes)
        tally.done["requests"] += len(self.stage.gitlab.requests)
        tally.done["stale_reads"] += self.stage.gitlab.replica.stale
        tally.people += self.people.done
        return tally

    def _texts(self) -> Iterator[Text]:
        """All that psbot wrote where people read it."""
        user = self.people.user
        for ref in (self.people.root, self.people.epic, CHANNEL):
            for note in self.stage.item(ref).notes:
                if not note.system and note.author.bot and (marker := read_marker(note.body)):
                    yield Text(ref, note.body, marker, note.author is user)
        for issue in self.stage.issues():
            if issue.author.bot and (marker := read_marker(issue.description)) and not marker.duplicate_of:
                yield Text("", issue.description, marker, True)

    def _dues(self) -> tuple[Due, ...]:
        """What is due today, whatever was missed."""
        day = self.clock.day()
        return reports_due(self.settings, calendar_of(self.settings, day), day)

    def _frozen(self) -> dict[tuple[str, ...], str]:
        """What stood of periods that are over: it is nobody's business any more."""
        current = {due.period.name for due in self._dues()}
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for text in self._texts():
            if text.own and text.marker.identity.period not in current:
                found[text.what].append(text.body)
        return {what: bodies[0] for what, bodies in found.items() if len(bodies) == 1}

    def _rewritten(self, frozen: dict[tuple[str, ...], str]) -> int:
        now = {text.what: text for text in self._texts() if text.own}
        return sum(
            what in now and now[what].body != body and not now[what].marker.followed_by for what, body in frozen.items()
        )

    def _count_standing(self) -> None:
        texts = list(self._texts())
        own = Counter(text.what for text in texts if text.own)
        self.tally.duplicates += sum(count - 1 for count in own.values())
        for due in self._dues():
            for what in _wanted(due, self.people):
                said = [t for t in texts if t.what == what]
                mine = [t for t in said if t.own]
                self.tally.lost += not any(self.people.text in t.body for t in (mine or said))
        self.tally.lost += self._gaps(texts)

    def _gaps(self, texts: Iterable[Text]) -> int:
        """Periods that were missed and could have been made up for."""
        names = {(t.marker.identity.kind, t.marker.identity.period) for t in texts}
        past = tuple(PastReport(kind, Audience.INTERNAL, period, None, {}) for kind, period in names)
        day = self.clock.day()
        calendar = calendar_of(self.settings, day)
        dues = reports_due(self.settings, calendar, day, past)
        current = {d.kind: c.current(day) for d in dues if (c := cycle_of(d.kind, self.settings, calendar))}
        return sum(d.kind in current and d.period != current[d.kind] for d in dues)

    def _leaks(self) -> int:
        """Internal words anywhere that customers can read, also in what was deleted since; theirs in internal places."""
        world = self.stage.world
        outside = [n for n in world.notes.values() if n.item.namespace.full_path.startswith("acme/customers")]
        inside = [t for t in self._texts() if t.place != CHANNEL]
        crossed = sum(PLANTED in text.body for text in inside)
        return crossed + sum(bool(n.author.bot) and SECRET in n.body for n in outside)


def _wanted(due: Due, people: People) -> list[tuple[str, ...]]:
    week = due.period.name
    if due.kind not in ("status", *ROLL_UPS):
        return []
    if due.kind != "status":
        return [("", due.kind, "internal", week, "1")]
    inside = [(people.root, "1"), (people.root, "2"), (people.epic, "1")]
    customers = (CHANNEL, "status", "customer", week, "1")
    return [*((place, "status", "internal", week, part) for place, part in inside), customers]


def run_case(seed: int, launch: Launch = by_processes) -> Tally:
    """One case from its seed."""
    with open_stage() as stage:
        case = Case(seed, stage, launch)
        for _ in range(case.random.randrange(2, 6)):
            case.turbulent_run()
            if case.random.random() < 0.8:
                case.people.meddle()
        tally = case.judge()
    return replace(tally, broken_seeds=[seed] if tally.bad else [])


def report(tally: Tally, seconds: float) -> str:
    """The figures, line by line."""
    lines = [
        f"cases {tally.done['cases']}, runs {tally.done['runs']:,}, requests {tally.done['requests']:,}, {seconds:.0f} s",
        f"runs at the same time as others {tally.done['at_once']:,}, killed {tally.done['kills']:,}, ended by an error {tally.done['failed']:,}, "
        f"with a wrong clock {tally.done['skewed']:,}; reads of a lagging replica {tally.done['stale_reads']:,}",
        f"faults: {_counted(tally.faults)}",
        f"people: {_counted(tally.people)}",
        f"calendar: {_counted(tally.turned)}",
        f"duplicates {tally.duplicates}, lost {tally.lost}, writes to a wrong audience {tally.wrong_audience}, "
        f"lost PM notes {tally.lost_pm_notes}, noise {tally.noise}",
    ]
    return "\n".join([*lines, *([f"broken seeds: {sorted(tally.broken_seeds)[:20]}"] if tally.broken_seeds else [])])


def _counted(numbers: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(numbers.items()))


def main(arguments: list[str], show: Callable[[str], None] = print) -> int:
    """Run the cases; 1 when something must not be."""
    cases, began, total = int(arguments[0]) if arguments else CASES, time.monotonic(), Tally()
    first = int(arguments[1]) if len(arguments) > 1 else 0
    with ProcessPoolExecutor() as pool:
        for tally in pool.map(run_case, range(first, first + cases), chunksize=8):
            total.add(tally)
    show(report(total, time.monotonic() - began))
    return 1 if total.bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
