"""What GitLab tells of parents, outcomes, days and owners, read over HTTP from the simulated GitLab."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Engagement, Portfolio
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World
from fakegitlab.store import as_moment

TODAY = date(2026, 11, 25)
BLOCK = "```ps-project\ncustomer: Globex\n{more}```\n"


@pytest.fixture
def world() -> World:
    made = World("2026-11-25T09:00:00Z")
    made.group("acme/ps")
    made.token(value="counting-token")
    return made


def root(world: World, path: str = "acme/ps/one", more: str = "") -> Any:
    project = world.project(path)
    return world.issue(project, "SOW", labels=["PSProject"], description=BLOCK.format(more=more))


def read(world: World, **config: Any) -> Portfolio:
    values: dict[str, Any] = {"portfolio": {"namespaces": {"acme/ps": "internal"}}} | config
    with DemoGitLab(world) as server:
        return read_portfolio(GitLabClient(server.url, "counting-token"), Settings.model_validate(values), today=TODAY)


def items(engagement: Engagement) -> dict[str, tuple[str | None, str | None]]:
    return {item.title: (item.outcome, item.status) for item in engagement.items}


def test_closed_undone_is_told_by_status_move_promotion_and_duplicate(world: World) -> None:
    project = root(world).namespace
    done, wont, moved, promoted, twin = (
        world.issue(project, name, created_at="2026-09-01") for name in ("Done", "Won't", "Moved", "Epic", "Twin")
    )
    world.close(done, "2026-10-01")
    world.set_status(wont, "Won't do", "2026-10-02")
    world.move(moved, world.project("acme/elsewhere"), "2026-10-03")
    world.promote(promoted, "2026-10-04")
    world.duplicate(twin, done, "2026-10-05")
    reopened = world.issue(project, "Again", created_at="2026-09-01")
    world.duplicate(reopened, done, "2026-10-05")
    world.state_event(reopened, "reopened", "2026-10-06")
    world.close(reopened, "2026-10-07")
    [found] = [e for e in read(world).engagements if e.ref == "acme/ps/one#1"]
    told = items(found)
    assert {name: outcome for name, (outcome, _) in told.items()} == {
        "Done": "done",
        "Won't": "dropped",
        "Moved": "dropped",
        "Epic": "dropped",
        "Twin": "dropped",
        "Again": "done",
    }
    assert told["Won't"][1] == "Won't do"


def test_parents_are_read(world: World) -> None:
    project = root(world).namespace
    whole = world.issue(project, "Whole")
    world.task(project, "Part", parent=whole)
    [found] = read(world).engagements
    assert {item.title: item.parent for item in found.items} == {"Whole": None, "Part": "acme/ps/one#2"}


def test_of_two_engagements_in_a_project_one_has_the_rest_and_both_say_so(world: World) -> None:
    project = root(world).namespace
    second = world.issue(project, "SOW 2", labels=["PSProject"], description=BLOCK.format(more=""))
    shared, own = world.issue(project, "Shared"), world.task(project, "Of the second", parent=second)
    for item in (shared, own):
        world.timelog(item, "dev", 10, "2026-11-02T10:00:00Z")
    first, other = read(world).engagements
    assert [list(items(e)) for e in (first, other)] == [["Shared"], ["Of the second"]]
    assert [sum(log.hours for log in e.timelogs) for e in (first, other)] == [10, 10]
    assert "count here" in str(first.errors[0])
    assert "count for acme/ps/one#1" in str(other.errors[0])


def test_what_work_names_is_not_the_projects(world: World) -> None:
    project = root(world).namespace
    world.issue(project, "Mine")
    world.issue(project, "Named")
    root(world, "acme/ps/two", "work: ['acme/ps/one#3', 'acme/ps/none', 'acme/ps/one#99']\n")
    one, two = read(world).engagements
    assert [list(items(e)) for e in (one, two)] == [["Mine"], ["Named"]]
    assert one.errors == ()
    assert len(two.errors) == 2, "an entry that holds nothing is named"


def test_places_for_texts_and_report_issues_are_no_work(world: World) -> None:
    project = root(world, more="customer_channel: ACME/ps/one#2\n").namespace
    world.issue(project, "For the customer")
    world.issue(
        project, "Weekly", description="Text\n\n<!-- psbot:1 kind=portfolio audience=internal part=1/1 fp=x -->"
    )
    world.issue(project, "Work")
    [found] = read(world).engagements
    assert {item.title: item.takes_texts for item in found.items} == {
        "For the customer": True,
        "Weekly": True,
        "Work": False,
    }


def days(world: World, **config: Any) -> list[str]:
    [found] = read(world, **config).engagements
    return [log.spent_at.isoformat() for log in found.timelogs]


def test_a_day_picked_in_the_dialog_is_that_day_where_the_persons_zone_is_known(world: World) -> None:
    item = world.issue(root(world).namespace, "A")
    for instant in ("2026-11-01T23:00:00Z", "2026-10-31T23:00:00Z", "2026-11-01T12:00:00Z", "2026-11-01T23:00:07Z"):
        world.timelog(item, "dev", 1, instant)
    plain = ["2026-11-01", "2026-10-31", "2026-11-01", "2026-11-01"]
    picked = ["2026-11-02", "2026-11-01", "2026-11-01", "2026-11-01"]
    assert days(world) == plain
    assert days(world, people={"dev": {"timezone": "Europe/Berlin"}}) == picked
    world.user("dev").timezone = "Europe/Berlin"
    assert days(world) == picked
    assert days(world, people={"dev": {"timezone": "UTC"}}) == plain, "the config knows better than the profile"


def test_updates_of_an_escalation_are_what_people_wrote(world: World) -> None:
    project = root(world).namespace
    item = world.issue(
        project, "CIO", labels=["Escalated"], created_at="2026-11-02", description="Path: a second runner"
    )
    world.note(item, "psbot's own", author="psbot", at="2026-11-20T09:00:00Z")
    world.note(item, "added ~4 label", author="dana", at="2026-11-21T09:00:00Z", system=True)
    assert _updates(world) == []
    world.note(item, "We talked", author="dana", at="2026-11-18T09:00:00Z")
    assert _updates(world) == ["2026-11-18T09:00:00+00:00"]
    item.last_edited_at, item.last_edited_by = as_moment("2026-11-19T09:00:00Z"), world.user("dana")
    assert _updates(world) == ["2026-11-18T09:00:00+00:00", "2026-11-19T09:00:00+00:00"]


def _updates(world: World) -> list[str]:
    [found] = read(world).engagements
    return [at.isoformat() for at in found.items[0].updates or ()]


def test_a_closed_milestone_was_done_when_its_last_item_was(world: World) -> None:
    project = root(world).namespace
    world.milestone(project, "Design", "2026-09-11", state="closed", updated_at="2026-11-24T10:00:00Z")
    world.milestone(project, "Empty", "2026-09-11", state="closed", updated_at="2026-11-24T10:00:00Z")
    world.issue(project, "A", milestone="Design", created_at="2026-08-01", closed_at="2026-09-09T12:00:00Z")
    [found] = read(world).engagements
    told = {m.title: m.closed_at and m.closed_at.date().isoformat() for m in found.milestones}
    assert told == {"Design": "2026-09-09", "Empty": "2026-11-24"}
