"""Chaos: seeded publishing runs against the demo GitLab with faults, kills, rival runs and meddling people.

`make chaos` (python -m bench.chaos [CASES]) prints what happened; duplicates, losses and writes to a wrong audience must
all be 0. A case is a world, some turbulent runs, then calm ones: the first calm run must complete everything, the second
must write nothing. `tests/publish/test_chaos.py` runs a few cases on every `make test`.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.model import Engagement, Facts, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.publish.audience import Guard, make_guard
from bot.publish.deliver import deliver
from bot.publish.marker import read_marker
from bot.publish.plan import make_plan
from bot.publish.standing import read_standing
from bot.publish.steps import Plan
from bot.publish.writer import Writer
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from tests.publish.stage import CHANNEL, ROOT, UNASKED, Stage, body, monthly, open_stage, status

EPIC = "acme/ps-internal/delivery&1"
SECRET = "INTERNAL-ONLY"
PLANTED = "PLANTED-BY-AN-OUTSIDER"
KINDS = ("bad_gateway", "unavailable", "gateway_timeout", "html", "reset_before", "reset_after", "rate_limit")
CASES = 500


class Killed(BaseException):
    """The process is gone at this very point."""


@dataclass
class Tally:
    """What the cases did and found."""

    cases: int = 0
    runs: int = 0
    kills: int = 0
    rivals: int = 0
    meddled: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    duplicates: int = 0
    lost: int = 0
    wrong_audience: int = 0
    lost_pm_notes: int = 0
    restless: int = 0
    broken_seeds: list[int] = field(default_factory=list)

    @property
    def bad(self) -> int:
        return self.duplicates + self.lost + self.wrong_audience + self.lost_pm_notes + self.restless

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            elif isinstance(value, list):
                getattr(self, name).extend(value)
            else:
                setattr(self, name, getattr(self, name) + value)


class MortalClient(GitLabClient):
    """A client whose process dies around its n-th request: before it is sent, or before its answer is seen."""

    def __init__(self, url: str, token: str, lives: int | None, after: bool) -> None:
        clock = [0.0]
        super().__init__(
            url, token, timeout=3.0, clock=lambda: clock[0], sleep=lambda s: clock.__setitem__(0, clock[0] + s)
        )
        self._lives, self._after = lives, after
        self._dying = threading.Lock()

    def _send(self, *args: Any, **kwargs: Any) -> Any:
        with self._dying:
            if self._lives is not None:
                self._lives -= 1
            dead = self._lives is not None and self._lives < 0
        if dead and not self._after:
            raise Killed
        answer = super()._send(*args, **kwargs)
        if dead:
            raise Killed
        return answer


class Case:
    """One seeded world and what befalls it."""

    def __init__(self, seed: int, stage: Stage) -> None:
        self.random = random.Random(seed)
        self.stage = stage
        self.tally = Tally(cases=1)
        self.text = "Start."
        self.pm_notes: dict[int, str] = {}
        self.tokens = 1
        facts = Facts(customer_channel=CHANNEL)
        stage.portfolio = Portfolio((Engagement(ROOT, facts=facts), Engagement(EPIC)))

    def documents(self) -> list[Document]:
        """All kinds of targets: issue, epic, project, customer's channel; one report in two parts."""
        inside = body(f"{SECRET} {self.text}")
        return [
            status(body=inside, follow_ups=(f"{SECRET} More. {self.text}",)),
            status(body=inside, engagement=EPIC, target=NoteTarget(EPIC)),
            status(
                audience="customer",
                target=NoteTarget(CHANNEL),
                body=f"For you: {self.text}",
                payload={"secret": SECRET},
            ),
            monthly(body=inside),
            status(body=inside, kind="closeout", target=NoteTarget(CHANNEL)),  # must be refused: customers read there
        ]

    # -- runs

    def run(self, lives: int | None = None, after: bool = False) -> None:
        """One whole run, which may be killed."""
        stage = self.stage
        self.tally.runs += 1
        client = MortalClient(stage.gitlab.url, stage.token, lives, after)
        guard = make_guard(stage.settings, stage.portfolio)
        try:
            writer = Writer(client, stage.settings, guard, sleep=lambda _: None)
            deliver(self._plan(client, guard), writer, lambda: self._plan(client, guard))
        except Killed:
            self.tally.kills += 1

    def _plan(self, client: GitLabClient, guard: Guard) -> Plan:
        standing = read_standing(client, self.stage.settings, self.stage.portfolio)
        return make_plan(self.documents(), standing, guard, self.stage.settings)

    def rival_runs(self) -> None:
        """Several runs at the same time, some of them killed."""
        lives = [self.random.choice([None, self.random.randrange(5, 45)]) for _ in range(self.random.randrange(2, 4))]
        threads = [threading.Thread(target=self._quietly, args=(n,)) for n in lives]
        self.tally.rivals += len(threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _quietly(self, lives: int | None) -> None:
        try:
            self.run(lives, after=bool(lives and lives % 2))
        except Exception as problem:  # noqa: BLE001
            self.tally.faults[type(problem).__name__] += 1

    def turbulent_run(self) -> None:
        faults = self.stage.gitlab.faults
        for _ in range(self.random.randrange(4)):
            faults.add(self.random.choice(KINDS), self.random.randrange(1, 4), writes=self.random.choice([True, True, None]),
                       skip=self.random.randrange(8), retry_after=1)  # fmt: skip
        if self.random.random() < 0.35:
            self.rival_runs()
        else:
            lives = self.random.randrange(1, 45) if self.random.random() < 0.7 else None
            self._quietly(lives)
        self.tally.faults.update(faults.struck)
        faults.struck.clear()
        faults.clear()

    # -- people

    def meddle(self) -> None:
        """What people do between runs."""
        deed = self.random.choice(
            [
                self.new_facts,
                self.write_pm_notes,
                self.copy_note,
                self.delete_note,
                self.reply,
                self.chatter,
                self.new_token,
                self.edit_elsewhere,
                self.lock,
                self.planted_copy,
                self.ghostly_copy,
            ]
        )
        deed()
        self.tally.meddled[deed.__name__] += 1

    def new_facts(self) -> None:
        self.text = f"Facts {self.random.randrange(10**6)}."

    def _own_notes(self) -> list[Any]:
        user = self.stage.world.tokens[self.stage.token].user
        items = [self.stage.item(ref) for ref in (ROOT, EPIC)]
        return [n for item in items for n in item.notes if n.author is user and PM_NOTES_START in n.body]

    def write_pm_notes(self) -> None:
        notes = self._own_notes()
        if notes:
            note = self.random.choice(notes)
            text = f"PM {self.random.randrange(10**6)}"
            note.body = note.body.replace(PM_NOTES_END, f"{text}\n{PM_NOTES_END}")
            self.pm_notes[note.id] = text

    def copy_note(self) -> None:
        notes = self._own_notes()
        if notes:
            note = self.random.choice(notes)
            quote = self.random.choice(["{}", "> {}"])
            copied = "\n".join(quote.format(line) for line in note.body.split("\n"))
            self.stage.world.note(note.item, copied, author="pat")

    def edit_elsewhere(self) -> None:
        """A person edits a note outside of the PM part."""
        if notes := self._own_notes():
            note = self.random.choice(notes)
            note.body = note.body.replace("## Status", "## Status (edited)")
            note.last_edited_at = self.stage.world.now

    def lock(self) -> None:
        """A person closes the item that takes the notes; it is no reason to stop."""
        item = self.stage.item(self.random.choice((ROOT, EPIC)))
        item.state = "closed" if item.state == "opened" else "opened"

    def planted_copy(self) -> None:
        """A customer copies what was posted for him, marker and all, with a PM part of his own."""
        for note in [n for n in self.stage.item(CHANNEL).notes if not n.system and n.author.bot][:1]:
            part = f"{PM_NOTES_START}\n{PLANTED}\n{PM_NOTES_END}"
            self.stage.world.note(note.item, f"{part}\n\n{note.body}", author="wile")

    def ghostly_copy(self) -> None:
        """Somebody copies an internal note with words of his own in it, and the account is deleted."""
        if notes := self._own_notes():
            note = self.random.choice(notes)
            body = note.body.replace(PM_NOTES_END, f"{PLANTED}\n{PM_NOTES_END}")
            self.stage.world.note(self.random.choice((note.item, self.stage.item(CHANNEL))), body, author="ghost")

    def delete_note(self) -> None:
        notes = self._own_notes()
        if notes:
            note = self.random.choice(notes)
            note.item.notes.remove(note)
            self.pm_notes.pop(note.id, None)

    def reply(self) -> None:
        notes = self._own_notes()
        if notes:
            note = self.random.choice(notes)
            self.stage.world.note(note.item, "We wait.", author="pat", reply_to=note)

    def chatter(self) -> None:
        for number in range(110):
            self.stage.world.note(self.stage.item(ROOT), f"Talk {number}", author="pat")

    def new_token(self) -> None:
        self.tokens += 1
        user = self.stage.world.user(f"project_7_bot_{self.tokens:02d}", bot=True)
        self.stage.token = self.stage.world.token(user, role="reporter").value
        self.pm_notes.clear()  # the former user's notes are its own

    # -- what must hold

    def judge(self) -> Tally:
        """Calm again: one run completes all, the next writes nothing; then count what stands."""
        self.run()
        before = len(self.stage.gitlab.writes)
        self.run()
        self.tally.restless += len(self.stage.gitlab.writes) - before
        self._count_standing()
        self.tally.wrong_audience += self._leaks()
        texts = "\n".join(n.body for n in self._own_notes())
        self.tally.lost_pm_notes += sum(text not in texts for text in self.pm_notes.values())
        self.tally.requests += len(self.stage.gitlab.requests)
        return self.tally

    def _count_standing(self) -> None:
        wanted = [(ROOT, "status", 1), (ROOT, "status", 2), (EPIC, "status", 1), (CHANNEL, "status", 1)]
        for ref, kind, part in wanted:
            self._count([n for n in self.stage.item(ref).notes if not n.system], kind, part)
        issues = [i for i in self.stage.issues() if i.state == "opened"]
        self._count([_AsNote(i.description, i.author) for i in issues], "monthly", 1)

    def _count(self, texts: list[Any], kind: str, part: int) -> None:
        """One text of ours with today's facts; those of former tokens' users can't be edited and don't count."""
        user = self.stage.world.tokens[self.stage.token].user
        ours = [
            t
            for t in texts
            if t.author.bot and (m := read_marker(t.body)) and (m.identity.kind, m.identity.part) == (kind, part)
        ]
        own = [t for t in ours if t.author is user]
        self.tally.duplicates += max(0, len(own) - 1)
        self.tally.lost += not any(self.text in t.body for t in (own or ours))

    def _leaks(self) -> int:
        """Internal words anywhere that customers can read, also in what was deleted since."""
        world = self.stage.world
        notes = [n for n in world.notes.values() if n.item.namespace.full_path.startswith("acme/customers")]
        planted = [n for item in map(self.stage.item, (ROOT, EPIC)) for n in item.notes]
        planted += [_AsNote(issue.description, issue.author) for issue in self.stage.issues()]
        crossed = sum(bool(n.author.bot) and PLANTED in n.body for n in planted)
        return crossed + sum(bool(n.author.bot) and SECRET in n.body for n in notes)


@dataclass(frozen=True)
class _AsNote:
    body: str
    author: Any


def run_case(seed: int) -> Tally:
    """One case from its seed."""
    with open_stage() as stage:
        stage.settings = UNASKED
        case = Case(seed, stage)
        for _ in range(case.random.randrange(2, 6)):
            case.turbulent_run()
            if case.random.random() < 0.8:
                case.meddle()
        tally = case.judge()
    return replace(tally, broken_seeds=[seed] if tally.bad else [])


def report(tally: Tally, seconds: float) -> str:
    """The figures, line by line."""
    lines = [
        f"cases {tally.cases}, runs {tally.runs} ({tally.rivals} at the same time as others), kills {tally.kills}, "
        f"requests {tally.requests:,}, {seconds:.0f} s",
        "faults: " + ", ".join(f"{name} {count}" for name, count in sorted(tally.faults.items())),
        "people: " + ", ".join(f"{name} {count}" for name, count in sorted(tally.meddled.items())),
        f"duplicates {tally.duplicates}, lost {tally.lost}, writes to a wrong audience {tally.wrong_audience}, "
        f"lost PM notes {tally.lost_pm_notes}, writes of a second calm run {tally.restless}",
    ]
    return "\n".join([*lines, *([f"broken seeds: {sorted(tally.broken_seeds)[:20]}"] if tally.broken_seeds else [])])


def main(arguments: list[str], show: Callable[[str], None] = print) -> int:
    """Run the cases; 1 when something must not be."""
    cases, began, total = int(arguments[0]) if arguments else CASES, time.monotonic(), Tally()
    with ProcessPoolExecutor() as pool:
        for tally in pool.map(run_case, range(cases), chunksize=8):
            total.add(tally)
    show(report(total, time.monotonic() - began))
    return 1 if total.bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
