"""How was it? At completion the customer's named approver answers by a reaction from 1 to 5."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.sources import read_for
from tests.app.office import Office, add_engagement, build_world, open_office, without_roll_ups

CHANNEL = "acme/cust/hooli#1"
ROOT = "acme/ps/hooli#1"
MORE = f"customer_channel: {CHANNEL}\npm: priya\nvalue: 777777\nacceptance: {{by: [jo, kim]}}"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    world = build_world()
    world.issue(world.project("acme/cust/hooli"), "Status", created_at="2026-08-01T08:00:00Z")
    add_engagement(world, "hooli", MORE)
    for name in ("hooli build", "Hooli rollout"):
        (item,) = [i for i in world.items.values() if i.title == name]
        world.close(item, "2026-11-20T12:00:00Z")
    with open_office(tmp_path, world) as found:
        found.settings = without_roll_ups(found.settings)
        found.settings["reports"]["closeout"] = {"csat": True}
        yield found


def notes(office: Office, ref: str) -> list[Any]:
    item = office.world.item(ref)
    return [note for note in item.notes if "how was it?" in note.body]


def asked(office: Office) -> Any:
    """The note that the customer reads, once the PM's side approved it."""
    office.run()
    assert notes(office, CHANNEL) == []
    (draft,) = notes(office, ROOT)
    office.world.award(draft, "boss")
    office.run()
    (note,) = notes(office, CHANNEL)
    return note


def csat(office: Office) -> float | None:
    reading = read_for(office.session(), snapshot=None, only=None)
    derived = next(e for e in reading.derive(reading.day).engagements if e.ref == ROOT)
    return derived.completion.csat


def test_the_lowest_rating_of_the_named_approvers_counts_and_nobody_is_asked_twice(office: Office) -> None:
    note = asked(office)
    assert "777" not in note.body
    assert csat(office) is None
    office.world.award(note, "jo", "five", at="2026-11-25T10:00:00Z")
    assert csat(office) == 5
    office.world.award(note, "kim", "four", at="2026-11-25T11:00:00Z")
    assert csat(office) == 4
    office.run()
    before = office.writes()
    office.run()
    assert office.writes() == before
    assert len(notes(office, CHANNEL)) == 1


def test_strangers_thumbs_and_copies_are_no_answer(office: Office) -> None:
    note = asked(office)
    office.world.award(note, "boss", "one")
    office.world.award(note, "jo")
    item = office.world.item(CHANNEL)
    office.world.award(office.world.note(item, note.body, "mallory"), "jo", "one")
    assert csat(office) is None


def test_nobody_is_asked_unless_the_config_says_so(office: Office) -> None:
    office.settings["reports"]["closeout"] = {}
    office.run()
    assert notes(office, ROOT) == []
