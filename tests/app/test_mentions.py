"""Mentions of those whom asks wait for: once an ask, by a username that is one, at working hours, not too many a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app.run import RunOptions, run_job
from tests.app.office import Office, build_world, config, open_office, without_roll_ups

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MENTION = re.compile(r"^@[\w.-]+", re.M)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Three decisions wait for their assignee, and one for a PM that the facts call `all`."""
    world = build_world()
    project = world.find_project("acme/ps/globex")
    assert project is not None
    for number in range(3):
        fields: dict[str, Any] = {"labels": ["PS RAID Log", "PS Decision"], "created_at": "2026-11-02T08:00:00Z"}
        world.issue(project, f"Region @root {number}", assignees=["rosa"], **fields)
    project.items[1].description = project.items[1].description.replace("hours: 160", "hours: 160\npm: all")
    world.issue(project, "Nobody's", labels=["PS RAID Log", "PS Decision"], created_at="2026-11-02T08:00:00Z")
    with open_office(tmp_path, world) as found:
        found.settings = settings()
        yield found


def settings(people: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    values = without_roll_ups(config(people=people or {}))
    values["reports"]["status"] = {"notify_owners": True, **status}
    return values


def run(office: Office, at: datetime = NOON) -> list[str]:
    run_job(replace(office.session(), clock=lambda: at), RunOptions())
    notes = office.notes("acme/ps/globex#1")
    return [m[0] for note in notes for m in MENTION.finditer(note)]


def test_each_ask_mentions_its_owner_once(office: Office) -> None:
    assert run(office) == []
    assert run(office) == ["@rosa"] * 3
    assert run(office) == ["@rosa"] * 3


def test_what_gitlab_says_mentions_nobody(office: Office) -> None:
    run(office)
    run(office)
    text = "\n".join(office.notes("acme/ps/globex#1"))
    assert "@all" not in text
    assert not re.search(r"(?<!\\)@root", text)


def test_the_stand_in_is_mentioned_while_the_owner_is_away(office: Office) -> None:
    away = {"rosa": {"away": ["2026-11-23..2026-11-30"], "deputy": "sam"}, "sam": {}}
    office.settings = settings(away)
    run(office)
    assert run(office) == ["@sam"] * 3


@pytest.mark.parametrize(
    ("at", "zone"),
    [
        (NOON.replace(hour=18), None),
        (NOON.replace(hour=7), None),
        (NOON, "Asia/Tokyo"),
        (NOON.replace(day=28), None),
    ],
    ids=["evening", "morning", "evening where the person is", "Saturday"],
)
def test_nobody_is_mentioned_in_quiet_hours(office: Office, at: datetime, zone: str | None) -> None:
    office.settings = settings({"rosa": {"timezone": zone}} if zone else {})
    run(office, at)
    assert run(office, at) == []


def test_a_day_has_its_most(office: Office) -> None:
    office.settings = settings(most_mentions=2)
    for _ in range(3):
        found = run(office)
    assert found == ["@rosa"] * 2


def test_without_the_setting_nobody_is_mentioned(office: Office) -> None:
    office.settings = settings(notify_owners=False)
    run(office)
    assert run(office) == []
