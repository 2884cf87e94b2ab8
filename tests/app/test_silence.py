"""Silence is not emptiness: what is not found any more leaves the last report standing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import NotFoundError
from tests.app.office import Office, add_engagement, config, open_office

GLOBEX, INITECH = "acme/ps/globex#1", "acme/ps/initech#1"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as made:
        yield made


def relabelled(label: str) -> dict[str, object]:
    return {"portfolio": {"namespaces": {"acme/ps": "internal", "acme/cust": "customer"}, "label": label}}


def test_a_misspelt_label_rewrites_nothing_and_is_no_success(office: Office) -> None:
    office.run()
    before, writes = office.reports(), office.writes()
    assert any("Globex" in text for text in before.values())
    office.settings = config(**relabelled("PSProjekt"))
    summary = office.run()
    assert (office.reports(), office.writes()) == (before, writes)
    assert GLOBEX in "\n".join(summary.failures)


def test_a_label_renamed_in_gitlab_rewrites_nothing(office: Office) -> None:
    office.run()
    writes = office.writes()
    for label in office.world.labels.values():
        if label.title == "PSProject":
            label.title = "PS-Project"
    office.world.changed()
    assert office.run().failures
    assert office.writes() == writes


def test_a_project_that_is_gone_takes_its_engagement_out_of_no_report(office: Office) -> None:
    office.run()
    before = office.reports()
    project = office.world.find_project("acme/ps/initech")
    assert project is not None
    project.items.clear()
    office.world.changed()
    summary = office.run()
    assert office.reports() == before
    assert INITECH in "\n".join(summary.failures)
    accepted = office.run(accept_loss=True)
    assert accepted.failures == ()
    assert office.reports() != before
    assert office.run().failures == ()


def test_a_next_period_is_not_begun_with_less(office: Office) -> None:
    office.run()
    count = len(office.reports())
    office.settings = config(**relabelled("nothing-like-it"))
    office.day = office.day.replace(month=12, day=3)
    assert office.run().failures
    assert len(office.reports()) == count


@pytest.mark.parametrize("reason", ["label taken off", "closed long ago", "renamed"])
def test_what_a_person_did_is_no_loss(office: Office, reason: str) -> None:
    office.run()
    root = office.world.item(INITECH)
    if reason == "label taken off":
        office.world.label_event(root, "PSProject", "2026-11-26T09:30:00Z", "remove", office.world.user("rosa"))
    elif reason == "closed long ago":
        office.world.close(root, "2026-05-01T12:00:00Z")
    else:
        office.world.rename(root.namespace, "initech-two")
    office.world.changed()
    assert office.run().failures == ()


def test_nothing_found_at_first_writes_nothing(office: Office) -> None:
    office.settings = config(**relabelled("PSProjekt"))
    assert office.run().failures
    assert office.writes() == 0


def test_a_namespace_that_is_gone_leaves_the_roll_ups(office: Office) -> None:
    add_engagement(office.world, "hooli")
    office.settings = config(
        portfolio={"namespaces": {f"acme/ps/{n}": "internal" for n in ("globex", "initech", "hooli", "reports")}}
    )
    office.run()
    before = office.reports()
    office.world.rename(office.world.find_namespace("acme/ps/hooli"), "elsewhere")  # type: ignore[arg-type]
    office.world.redirects.clear()
    summary = office.run()
    assert office.reports() == before
    assert "hooli" in "\n".join(summary.failures)


def test_all_namespaces_gone_is_an_error(office: Office) -> None:
    office.settings = config(portfolio={"namespaces": {"acme/other": "internal"}})
    with pytest.raises(NotFoundError):
        office.run()


@pytest.mark.parametrize("entry", ["acme/delivery/plan", "acme/delivery/plan#1"])
def test_work_that_cannot_be_read_is_not_no_work(office: Office, entry: str) -> None:
    plan = office.world.project("acme/delivery/plan")
    office.world.issue(plan, "Elsewhere", created_at="2026-08-02T08:00:00Z", estimate=8 * 3600)
    add_engagement(office.world, "hooli", f"work: [{entry}, acme/ps/hooli]")
    group = office.world.find_group("acme/delivery")
    assert group is not None
    office.run()
    before = office.notes("acme/ps/hooli#1"), office.reports()
    plan.items.clear()
    office.world.changed()
    summary = office.run()
    assert (office.notes("acme/ps/hooli#1"), office.reports()) == before
    assert entry in "\n".join(summary.failures)
    assert summary.failures
