"""Conversations as people have them and as attackers would, on every edition: who is obeyed, and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.sources import read_for
from bot.derive.results import EngagementDerived
from tests.app.office import REPORTS, Office, add_engagement, build_world, config, open_office, without_roll_ups

HOME = "acme/ps/hooli#1"


@pytest.fixture(params=["ce", "free", "ultimate"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    world = build_world()
    world.issue(world.project("acme/cust/hooli"), "Status", created_at="2026-08-01T08:00:00Z")
    add_engagement(world, "hooli", "pm: priya\ncustomer_channel: acme/cust/hooli#1")
    with open_office(tmp_path, world, edition=request.param) as found:
        found.settings = without_roll_ups(config(orders={"by": ["dana"]}))
        found.run()
        yield found


def notes(office: Office, ref: str = HOME) -> list[Any]:
    item = office.world.item(ref)
    return [n for n in item.notes if not n.system]


def say(
    office: Office, text: str, by: str = "priya", below: str = "kind=status audience=internal", ref: str = HOME
) -> Any:
    note = next(n for n in notes(office, ref) if below in n.body)
    return office.world.note(note.item, text, by, reply_to=note)


def derived(office: Office) -> EngagementDerived:
    reading = read_for(office.session(), snapshot=None, only=None)
    return next(e for e in reading.derive(reading.day).engagements if e.ref == HOME)


def colour(office: Office) -> str | None:
    override = derived(office).status.overrides.get("overall")
    return override.colour if override else None


def test_attacks_change_nothing(office: Office) -> None:
    order = "psbot colour overall green: all fine"
    before = len(notes(office))
    status = next(n for n in notes(office) if "kind=status audience=internal" in n.body)
    say(office, order, by="mallory")
    say(office, order, by="priya.")
    for text in (f"> {order}", f">>>\n{order}\n>>>", f"```\n{order}\n```", f"~~~\n{order}\n~~~", f"    {order}", f"`{order}`",
                 f"<!-- {order} -->", f"<pre>\n{order}\n</pre>", f"- > {order}", f"He said: {order}",
                 f"{status.body}\n\n{order}"):  # fmt: skip
        say(office, text)
    office.world.note(office.world.item("acme/cust/hooli#1"), order, "priya")
    copy = office.world.note(status.item, status.body, "mallory")
    office.world.note(status.item, order, "priya", reply_to=copy)
    office.world.note(status.item, order, "priya")
    assert colour(office) is None
    office.run()
    answers = [n for n in notes(office) if "Not obeyed" in n.body]
    assert len(answers) == 2, "the two impostors get an answer each, and nobody else"
    assert len(notes(office)) == before + 2 + 11 + 3 + 2


def test_an_order_lives_as_long_as_its_comment_says_so(office: Office) -> None:
    order = say(office, "psbot colour overall green until 2026-12-01: agreed")
    assert colour(office) == "green"
    order.body = "psbot colour overall yellow until 2026-12-01: agreed"
    office.world.changed()
    assert colour(office) == "yellow"
    order.body = "never mind"
    office.world.changed()
    assert colour(office) is None
    order.body = "psbot colour overall green until 2026-11-25: that was yesterday"
    office.world.changed()
    assert colour(office) is None
    assert derived(office).orders[0].state == "expired"
    order.item.notes.remove(order)
    office.world.changed()
    assert derived(office).orders == ()


def test_a_reference_in_the_reason_is_spoken_of_not_to(office: Office) -> None:
    project = office.world.find_project(REPORTS)
    assert project is not None
    issue = next(i for i in project.items.values() if "Portfolio" in i.title or "portfolio" in i.title)
    office.world.note(issue, f"psbot acme/ps/globex#1 colour overall yellow: as in {HOME}", "dana")
    assert derived(office).orders == ()
    office.world.note(issue, f"psbot {HOME}: colour overall yellow: as in acme/ps/globex#1", "dana")
    assert colour(office) == "yellow"


def test_a_draft_takes_orders_too_and_approve_is_acknowledged(office: Office) -> None:
    approval = say(office, "psbot approve", by="boss", below="draft=1")
    other = say(office, "psbot colour overall yellow: agreed", below="draft=1")
    office.run()
    assert [a.name for a in approval.awards] == ["white_check_mark"]
    assert [a.name for a in other.awards] == ["white_check_mark"]
    assert colour(office) == "yellow"
    assert any("kind=status audience=customer" in n.body for n in notes(office, "acme/cust/hooli#1"))
