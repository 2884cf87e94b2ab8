"""Sign-off without typing: a 👍 by the customer's named approver on psbot's note about a milestone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.sources import read_for
from bot.derive.results import Acceptance
from tests.app.office import Office, add_engagement, build_world, open_office, without_roll_ups

CHANNEL = "acme/cust/hooli#1"
MORE = f"""customer_channel: {CHANNEL}
pm: priya
acceptance: {{by: [jo]}}
passive_acceptance_days: 0
milestones: [{{milestone: Go-live, due: 2026-11-20, amount: 5000, sign_off_sent: 2026-11-24}}]"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    world = build_world()
    world.issue(world.project("acme/cust/hooli"), "Status", created_at="2026-08-01T08:00:00Z")
    add_engagement(world, "hooli", MORE)
    with open_office(tmp_path, world) as found:
        found.settings = without_roll_ups(found.settings)
        yield found


def approve(office: Office) -> None:
    item = office.world.item("acme/ps/hooli#1")
    for note in item.notes:
        if "Go-live for acceptance" in note.body:
            office.world.award(note, "boss")


def note_of(office: Office) -> Any:
    item = office.world.item(CHANNEL)
    return next((n for n in item.notes if "acceptance of Go" in n.body), None)


def acceptance(office: Office) -> Acceptance:
    reading = read_for(office.session(), snapshot=None, only=None)
    derived = next(e for e in reading.derive(reading.day).engagements if e.ref == "acme/ps/hooli#1")
    return next(a for a in derived.acceptance if a.milestone == "Go-live")


def posted(office: Office) -> Any:
    office.run()
    assert note_of(office) is None, "the customer reads nothing before it is approved"
    approve(office)
    office.run()
    return note_of(office)


def test_the_named_approvers_thumb_accepts_with_date_author_and_link(office: Office) -> None:
    note = posted(office)
    assert "5" not in note.body.partition("<!--")[0].replace("2026", ""), "no amount stands there"
    assert acceptance(office).state == "sent"
    office.world.award(note, "jo", at="2026-11-25T10:00:00Z")
    found = acceptance(office)
    assert (found.state, str(found.accepted_on), found.accepted_by) == ("accepted", "2026-11-25", "jo")
    assert found.proof.endswith(f"#note_{note.id}")
    office.run()
    assert any("by [jo]" in body for body in office.notes("acme/ps/hooli#1"))


def test_others_thumbs_and_other_reactions_accept_nothing(office: Office) -> None:
    note = posted(office)
    office.world.award(note, "boss")
    office.world.award(note, "jo", "eyes")
    office.world.award(note, office.world.user("jo.too"))
    assert acceptance(office).state == "sent"


def test_a_thumb_that_is_taken_back_accepts_no_more(office: Office) -> None:
    note = posted(office)
    office.world.award(note, "jo")
    assert acceptance(office).state == "accepted"
    note.awards.clear()
    office.world.changed()
    assert acceptance(office).state == "sent"


def test_a_copy_of_the_note_by_somebody_else_takes_no_thumbs(office: Office) -> None:
    note = posted(office)
    item = office.world.item(CHANNEL)
    copy = office.world.note(item, note.body, "mallory")
    office.world.award(copy, "jo")
    assert acceptance(office).state == "sent"


def test_nothing_is_asked_twice(office: Office) -> None:
    posted(office)
    before = office.writes()
    office.run()
    assert office.writes() == before
