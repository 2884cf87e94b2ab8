"""A namespace is internal, and a channel a customer's, only while GitLab agrees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app.checkup import examine
from tests.app.office import CHANNEL, Office, add_engagement, config, open_office, without_roll_ups

GLOBEX, INITECH = "acme/ps/globex#1", "acme/ps/initech#1"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        yield made


def internal_texts(office: Office) -> int:
    return len(office.reports()) + len(office.notes(GLOBEX)) + len(office.notes(INITECH))


def problems(office: Office) -> str:
    told: list[Any] = []
    examine(office.session(), told.append)
    return "\n".join(f.text for f in told if f.level == "problem")


def staffed(*groups: str) -> dict[str, Any]:
    return config(portfolio={**config()["portfolio"], "staff": list(groups)})


@pytest.mark.parametrize(("visibility", "reader"), [("public", "everybody"), ("internal", "every signed-in user")])
def test_a_namespace_that_stands_open_gets_nothing_internal(office: Office, visibility: str, reader: str) -> None:
    group = office.world.find_group("acme/ps")
    assert group is not None
    group.visibility = visibility
    office.world.changed()
    summary = office.run()
    assert internal_texts(office) == 0
    assert reader in "\n".join(summary.failures)
    assert f"{reader} can read in acme/ps" in problems(office)


def test_an_open_project_in_a_private_namespace_gets_nothing(office: Office) -> None:
    project = office.world.find_project("acme/ps/initech")
    assert project is not None
    project.visibility = "public"
    office.world.changed()
    summary = office.run()
    assert office.notes(INITECH) == []
    assert office.notes(GLOBEX)
    assert "acme/ps/initech" in "\n".join(summary.failures)
    assert "acme/ps/initech" in problems(office)


@pytest.mark.parametrize("where", ["acme/ps", "acme/ps/globex"])
def test_a_member_who_is_none_of_our_people_is_named(office: Office, where: str) -> None:
    world = office.world
    world.member(world.group("acme/team"), "rosa", "maintainer")
    world.member(world.group("acme/ps"), "rosa", "maintainer")
    world.member(world.find_namespace(where), "wile", "guest")  # type: ignore[arg-type]
    office.settings = without_roll_ups(staffed("acme/team"))
    summary = office.run()
    assert office.notes(GLOBEX) == []
    assert "@wile" in "\n".join(summary.failures)
    assert "@rosa" not in "\n".join(summary.failures)
    assert "@wile" in problems(office)
    world.find_namespace(where).members.pop(world.user("wile").id)  # type: ignore[union-attr]
    assert office.run().failures == ()
    assert office.notes(GLOBEX)


def test_a_blocked_member_reads_nothing(office: Office) -> None:
    world = office.world
    world.group("acme/team")
    world.member(world.group("acme/ps"), world.user("gone", state="blocked"))
    office.settings = staffed("acme/team")
    assert office.run().failures == ()


def test_staff_that_cannot_be_read_vouches_for_nobody(office: Office) -> None:
    office.settings = staffed("acme/nobody-knows")
    assert office.run().failures
    assert internal_texts(office) == 0


def test_an_administrators_token_sees_external_users(office: Office) -> None:
    world = office.world
    world.user("psbot").admin = True
    world.member(world.group("acme/ps"), world.user("wile", external=True))
    assert "@wile" in "\n".join(office.run().failures)
    assert internal_texts(office) == 0


# -- channels


def approved(office: Office) -> None:
    office.settings = without_roll_ups(office.settings)
    office.run()
    for ref in (GLOBEX, INITECH):
        for note in office.world.item(ref).notes:
            office.world.award(note, "boss", "thumbsup_tone3")
    office.run()


def test_a_channel_of_its_own_customer_gets_the_status(office: Office) -> None:
    approved(office)
    assert len(office.notes(CHANNEL)) == 1


def test_a_channel_belongs_to_one_customer(office: Office) -> None:
    add_engagement(office.world, "hooli", f"customer_channel: {CHANNEL}")
    approved(office)
    assert office.notes(CHANNEL) == []
    assert "hooli" in problems(office)
    customer = {**config()["reports"]["status"]["customer"], "shared_channels": [CHANNEL]}
    office.settings = config(reports=config()["reports"] | {"status": {"customer": customer}})
    approved(office)
    assert office.notes(CHANNEL)


def test_another_customers_project_is_no_channel(office: Office) -> None:
    world = office.world
    theirs = world.project("acme/cust/umbrella")
    world.issue(theirs, "Umbrella", labels=["PSProject"], description="```ps-project\ncustomer: Umbrella\n```")
    add_engagement(world, "hooli", "customer_channel: acme/cust/umbrella#1")
    office.settings = without_roll_ups(office.settings)
    summary = office.run()
    assert "another customer" in "\n".join(summary.failures)
    assert "another customer" in problems(office)


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_a_channel_that_stands_open_is_refused(office: Office, visibility: str) -> None:
    world = office.world
    world.issue(world.project("open/board", visibility=visibility), "Board")
    world.member(world.find_group("open"), "psbot", "reporter")  # type: ignore[arg-type]
    add_engagement(world, "hooli", "customer_channel: open/board#1")
    office.settings = without_roll_ups(office.settings)
    summary = office.run()
    assert office.notes("open/board#1") == []
    assert "open/board" in "\n".join(summary.failures)
    assert "open/board" in problems(office)


# -- whose work it is


@pytest.mark.parametrize("entry", ["acme/cust/umbrella", "acme/cust/umbrella#2"])
def test_no_text_of_an_engagement_names_another_customers_items(office: Office, entry: str) -> None:
    world = office.world
    theirs = world.project("acme/cust/umbrella")
    facts = "```ps-project\ncustomer: Umbrella\n```"
    world.issue(theirs, "Umbrella", labels=["PSProject"], description=facts, created_at="2026-08-01T08:00:00Z")
    due = "2026-11-30"
    world.issue(theirs, "Secret merger plan", created_at="2026-08-01T08:00:00Z", due_date=due, milestone=None)
    add_engagement(world, "hooli", f"work: [acme/ps/hooli, {entry}]\ncustomer_channel: acme/cust/hooli#1")
    world.issue(world.project("acme/cust/hooli"), "Hooli's channel")
    office.settings = without_roll_ups(office.settings)
    summary = office.run()
    assert office.notes("acme/ps/hooli#1")
    assert "Secret merger" not in "".join(office.notes("acme/ps/hooli#1"))
    assert "acme/cust/umbrella#1" in "\n".join(summary.failures)
