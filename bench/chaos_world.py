"""The world of a chaos case: a calendar that is about to turn, and people who do what people do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.chaos_run import calendar_of, settings_in
from bot.report.document import PM_NOTES_END, PM_NOTES_START
from fakegitlab.entities import Project
from tests.publish.stage import CHANNEL, REPORTS, ROOT, Stage

EPIC = "acme/ps-internal/delivery&1"
PLANTED = "PLANTED-BY-AN-OUTSIDER"
TURNS = (
    ("Europe/Berlin", "2026-10-24"),  # daylight saving ends on 25 October
    ("America/New_York", "2026-10-30"),  # a quarter and a month end, daylight saving ends on 1 November
    ("America/New_York", "2027-03-12"),  # daylight saving begins on 14 March
    ("Pacific/Auckland", "2027-04-02"),  # a day ahead of UTC; daylight saving ends on 4 April
    ("Europe/London", "2027-03-26"),  # daylight saving begins on 28 March
    ("UTC", "2026-12-26"),  # week 53 begins on 28 December, and the year ends within it
    ("Asia/Kolkata", "2026-12-31"),
    ("America/Los_Angeles", "2027-01-30"),  # a fiscal year ends
    ("UTC", "2028-02-27"),  # a leap day
    ("Asia/Tokyo", "2026-11-18"),
)
"""Zones, and days on which something is about to turn."""
PAUSES = (timedelta(minutes=4), timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3, hours=5))
SKEWS = (
    timedelta(0),
    timedelta(0),
    timedelta(minutes=-7),
    timedelta(minutes=9),
    timedelta(hours=3),
    timedelta(days=-1),
)


@dataclass
class Clock:
    """What time it is on the server, and what that is in the calendar's zone."""

    zone: str
    stage: Stage

    def set_out(self, day: str, chance: random.Random) -> None:
        """An evening or a night before something turns."""
        local = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(self.zone))
        self.stage.world.now = (local + timedelta(minutes=chance.choice((0, 25, 90, 1310, 1438)))).astimezone(UTC)

    def day(self, ahead: timedelta = timedelta(0)) -> date:
        """The date that a process reads whose clock is wrong by so much."""
        return (self.stage.world.now + ahead).astimezone(ZoneInfo(self.zone)).date()

    def wait(self, pause: timedelta) -> Counter[str]:
        """Time passes: what turned meanwhile."""
        before = self.stage.world.now.astimezone(ZoneInfo(self.zone))
        self.stage.world.now += pause
        after = self.stage.world.now.astimezone(ZoneInfo(self.zone))
        calendar = calendar_of(settings_in(self.zone), after.date())
        turned = {
            "month": before.month != after.month,
            "quarter": calendar.fiscal_quarter(before.date()) != calendar.fiscal_quarter(after.date()),
            "year": before.year != after.year,
            "daylight saving": before.utcoffset() != after.utcoffset(),
            "week": before.isocalendar()[:2] != after.isocalendar()[:2],
            "in week 53": after.isocalendar()[1] == 53,
        }
        return Counter(name for name, did in turned.items() if did)


class People:
    """They edit, delete, move, lock, resolve and copy, between two runs."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.random = stage, chance
        self.text = "Start."
        self.root, self.epic = ROOT, EPIC
        self.pm_notes: dict[str, int] = {}
        """What was written into PM parts, with the user whose note it was."""
        self.tokens = 1
        self.done: Counter[str] = Counter()
        self._tidying: list[Callable[[], None]] = []

    def meddle(self) -> None:
        """One deed."""
        deeds = [
            self.new_facts, self.write_pm_notes, self.copy_note, self.delete_note, self.reply, self.chatter,
            self.new_token, self.edit_elsewhere, self.close_or_reopen, self.planted_copy, self.ghostly_copy,
            self.lock, self.resolve, self.move, self.rename, self.archive, self.delete_issue,
        ]  # fmt: skip
        deed = self.random.choice(deeds)
        if deed() is not False:
            self.done[deed.__name__] += 1

    def tidy_up(self) -> None:
        """What keeps psbot from writing is undone."""
        for undo in self._tidying:
            undo()
        self._tidying.clear()

    # -- what stands

    @property
    def user(self) -> Any:
        return self.stage.world.tokens[self.stage.token].user

    def own_notes(self) -> list[Any]:
        items = [self.stage.item(ref) for ref in (self.root, self.epic)]
        return [n for item in items for n in item.notes if n.author is self.user and PM_NOTES_START in n.body]

    def _any_note(self) -> Any:
        notes = self.own_notes()
        return self.random.choice(notes) if notes else None

    # -- deeds; False: there was nothing to do it to

    def new_facts(self) -> None:
        self.text = f"Facts {self.random.randrange(10**6)}."

    def write_pm_notes(self) -> bool:
        if note := self._any_note():
            text = f"PM {self.random.randrange(10**6)}"
            note.body = note.body.replace(PM_NOTES_END, f"{text}\n{PM_NOTES_END}")
            self.pm_notes[text] = note.author.id
        return bool(note)

    def copy_note(self) -> bool:
        if note := self._any_note():
            quote = self.random.choice(["{}", "> {}"])
            copied = "\n".join(quote.format(line) for line in note.body.split("\n"))
            self.stage.world.note(note.item, copied, author="pat")
        return bool(note)

    def edit_elsewhere(self) -> bool:
        """A person edits a note outside of the PM part."""
        if note := self._any_note():
            note.body = note.body.replace("## Status", "## Status (edited)")
            note.last_edited_at = self.stage.world.now
        return bool(note)

    def delete_note(self) -> bool:
        if note := self._any_note():
            note.item.notes.remove(note)
            self.pm_notes = {text: user for text, user in self.pm_notes.items() if text not in note.body}
        return bool(note)

    def delete_issue(self) -> bool:
        """An owner deletes a report issue."""
        issues = self.stage.issues()
        if issues:
            self.stage.world.delete(self.random.choice(issues))
        return bool(issues)

    def close_or_reopen(self) -> None:
        item = self.stage.item(self.random.choice((self.root, self.epic)))
        item.state = "closed" if item.state == "opened" else "opened"

    def lock(self) -> None:
        """The discussion is for members only."""
        for ref in (self.root, self.epic, CHANNEL):
            self.stage.item(ref).locked = self.random.random() < 0.5

    def resolve(self) -> bool:
        if note := self._any_note():
            note.threaded = note.resolved = True
        return bool(note)

    def move(self) -> None:
        """The engagement's issue moves to another internal project; its notes go along."""
        self.tidy_up()
        project = self.stage.world.project(f"acme/ps-internal/next-{self.random.randrange(10**6)}")
        self.root = self.stage.world.move(self.stage.item(self.root), project).reference

    def rename(self) -> None:
        """The path of the engagement's project changes; the old one redirects."""
        project = self.stage.item(self.root).namespace
        self.stage.world.rename(project, f"renamed-{self.random.randrange(10**6)}")
        self.root = f"{project.full_path}#{self.root.partition('#')[2]}"

    def archive(self) -> None:
        """Nobody can write there, until it is undone."""
        project = self.stage.world.find_project(self.random.choice((REPORTS, self.root.partition("#")[0])))
        assert isinstance(project, Project)
        project.archived = True
        self._tidying.append(lambda: setattr(project, "archived", False))

    def planted_copy(self) -> None:
        """A customer copies what was posted for him, marker and all, with a PM part of his own."""
        for note in [n for n in self.stage.item(CHANNEL).notes if not n.system and n.author.bot][:1]:
            part = f"{PM_NOTES_START}\n{PLANTED}\n{PM_NOTES_END}"
            self.stage.world.note(note.item, f"{part}\n\n{note.body}", author="wile")

    def ghostly_copy(self) -> bool:
        """Somebody copies an internal note with words of his own in it, and the account is deleted."""
        if note := self._any_note():
            text = note.body.replace(PM_NOTES_END, f"{PLANTED}\n{PM_NOTES_END}")
            self.stage.world.note(self.random.choice((note.item, self.stage.item(CHANNEL))), text, author="ghost")
        return bool(note)

    def reply(self) -> bool:
        if note := self._any_note():
            self.stage.world.note(note.item, "We wait.", author="pat", reply_to=note)
        return bool(note)

    def chatter(self) -> None:
        for number in range(110):
            self.stage.world.note(self.stage.item(self.root), f"Talk {number}", author="pat")

    def new_token(self) -> None:
        self.tokens += 1
        user = self.stage.world.user(f"project_7_bot_{self.tokens:02d}", bot=True)
        self.stage.token = self.stage.world.token(user, role="reporter").value
        self.pm_notes.clear()  # the former user's notes are its own
