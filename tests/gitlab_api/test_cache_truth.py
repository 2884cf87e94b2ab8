"""Whatever people do in GitLab between two runs: what is read with the cache is what is read without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.model import Portfolio
from bot.domain.snapshot import dump_snapshot
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World
from fakegitlab.entities import Item
from tests.gitlab_api.filled import Filled, contents

TODAY = date(2026, 11, 20)
CONFIG = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal", "beta": "customer"}}})
SERVERS = [("ultimate", "19.3"), ("ultimate", "17.6"), ("ultimate", "16.11"), ("free", "17.8")]


def make_world() -> World:
    """Two namespaces, each with an epic, an issue-rooted project, links across projects, and logged time."""
    w = World(now="2026-11-20T18:00:00Z")
    w.member(w.group("acme"), "dana")
    for space in ("acme", "beta"):
        g, p = w.group(space), w.project(f"{space}/app")
        stone = w.milestone(p, "Cut-over", "2026-12-10", created_at="2026-06-01")
        root = w.epic(g, f"SOW {space}", labels=["PSProject"], created_at="2026-06-01")
        phase = w.epic(g, "Phase", parent=root, created_at="2026-06-02")
        adopt(phase, root)
        made = [
            w.issue(p, f"Item {n}", created_at=f"2026-07-0{n}", milestone=stone, assignees=["dana"])
            for n in (1, 2, 3, 4)
        ]
        for item in made[:3]:
            adopt(item, phase)
        w.timelog(made[0], "dana", 2, "2026-08-01T12:00:00Z")
        w.timelog(made[0], "dana", 3, "2026-08-02T12:00:00Z")
        w.link(made[0], made[1], "blocks", "2026-08-03T12:00:00Z")
        w.due_change(made[2], "2026-12-01", "2026-08-04T12:00:00Z")
        solo = w.project(f"{space}/solo")
        w.issue(solo, "SOW solo", labels=["PSProject"], created_at="2026-06-01")
        w.issue(solo, "Solo work", created_at="2026-06-02", milestone=None)
    w.token()
    return w


def adopt(child: Any, parent: Any) -> None:
    child.parent = parent
    if child not in parent.children:
        parent.children.append(child)


def read(gitlab: DemoGitLab, cache: Path | None = None) -> Portfolio:
    client = GitLabClient(gitlab.url, gitlab.token)
    if cache is None:
        return replace(read_portfolio(client, CONFIG, today=TODAY), taken_at=None)
    with Cache.open(cache, client.url, client.user.id) as opened:
        return replace(read_portfolio(client, CONFIG, today=TODAY, cache=opened), taken_at=None)


# -- what people do; GitLab marks what it touches with `updated_at`


def remove_time_log(w: World) -> None:
    item = w.item("acme/app#1")
    gone = item.timelogs.pop()
    del w.timelogs[gone.id]
    touch(w, item)


def log_time(w: World) -> None:
    w.timelog(w.item("beta/app#2"), "dana", 5, w.now)


def add_link(w: World) -> None:
    w.link(w.item("acme/app#3"), w.item("acme/app#2"), "blocks", w.now)


def turn_link(w: World) -> None:
    """A link of which both ends change their roles."""
    remove_link(w)
    w.link(w.item("acme/app#2"), w.item("acme/app#1"), "blocks", w.now)


def remove_link(w: World) -> None:
    ends = [w.item("acme/app#1"), w.item("acme/app#2")]
    gone = ends[0].links[0]
    del w.links[gone.id]
    for end in ends:
        end.links.remove(gone)
        touch(w, end)


def leave_parent(item: Item) -> None:
    assert item.parent is not None
    item.parent.children.remove(item)


def change_parent(w: World) -> None:
    item, root = w.item("acme/app#3"), w.item("acme&1")
    leave_parent(item)
    adopt(item, root)
    touch(w, item)


def orphan(w: World) -> None:
    item = w.item("acme/app#3")
    leave_parent(item)
    item.parent = None
    touch(w, item)


def move_milestone(w: World) -> None:
    """Its dates change, no item does."""
    next(m for m in w.milestones.values() if m.owner.full_path == "acme/app").due_date = date(2027, 1, 31)
    w.changed()


def close_milestone(w: World) -> None:
    stone = next(m for m in w.milestones.values() if m.owner.full_path == "beta/app")
    stone.state, stone.updated_at = "closed", w.now
    w.changed()


def rename_milestone(w: World) -> None:
    next(m for m in w.milestones.values() if m.owner.full_path == "acme/app").title = "Go-live"
    w.changed()


def move_item(w: World) -> None:
    w.move(w.item("acme/app#3"), w.project("acme/solo"), w.now)


def move_blocker(w: World) -> None:
    """The item that it blocks is not marked as changed."""
    w.move(w.item("acme/app#1"), w.project("acme/solo"), w.now)


def move_item_to_the_other_namespace(w: World) -> None:
    w.move(w.item("acme/app#3"), w.project("beta/solo"), w.now)


def transfer_project_to_the_other_namespace(w: World) -> None:
    w.rename(w.project("acme/solo"), "once-acmes")
    w.transfer(w.project("acme/once-acmes"), w.group("beta"))


def delete_item(w: World) -> None:
    w.delete(w.item("acme/solo#2"))


def delete_and_add_item(w: World) -> None:
    delete_item(w)
    w.issue(w.project("beta/solo"), "New", created_at=w.now)
    w.issue(w.project("acme/solo"), "New", created_at=w.now)


def hide_item(w: World) -> None:
    item = w.item("beta/solo#2")
    item.confidential = True
    touch(w, item)


def close_engagement(w: World) -> None:
    w.close(w.item("acme/solo#1"), w.now - timedelta(seconds=30))


def take_the_label_away(w: World) -> None:
    w.label_event(w.item("beta/solo#1"), "PSProject", w.now, "remove")


def add_project_and_group(w: World) -> None:
    p = w.project("acme/new/app")
    w.issue(p, "SOW new", labels=["PSProject"], created_at=w.now)
    w.issue(p, "First", created_at=w.now)


def rename_label(w: World) -> None:
    next(label for label in w.group("beta").labels if label.title == "PSProject").title = "Once PSProject"
    w.changed()


def rename_person(w: World) -> None:
    w.user("dana").username = "dana.new"
    w.changed()


def touch(w: World, item: Any) -> None:
    item.updated_at = w.now
    w.changed()


CHANGES: list[Callable[[World], None]] = [
    remove_time_log, log_time, add_link, turn_link, remove_link, change_parent, orphan, move_milestone,
    close_milestone, rename_milestone, move_item, move_blocker, move_item_to_the_other_namespace,
    transfer_project_to_the_other_namespace, delete_item, delete_and_add_item, hide_item, close_engagement,
    take_the_label_away, add_project_and_group, rename_label, rename_person,
]  # fmt: skip
UNSEEN = {
    ("free", remove_link),
    ("free", add_link),
    ("free", turn_link),
    ("free", change_parent),
    ("free", orphan),
    ("free", log_time),
    ("free", remove_time_log),
    ("free", move_milestone),
    ("free", close_milestone),
    ("free", rename_milestone),
}
"""What shows on no engagement: without epics nobody's work is in the projects where that happens."""


@pytest.fixture(scope="module", params=SERVERS, ids="-".join)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    path = tmp_path_factory.mktemp("filled") / "cache"
    with DemoGitLab(make_world(), *request.param) as gitlab:
        then = contents(gitlab.world, gitlab.world.__dict__)
        before = read(gitlab, path)
        assert before.failures == ()
        assert [found.name for found in path.parent.iterdir()] == [path.name], "it is whole in one file"
        yield Filled(gitlab, then, before, path.read_bytes())


@pytest.mark.parametrize("change", CHANGES)
def test_warm_is_cold(tmp_path: Path, change: Callable[[World], None], filled: Filled) -> None:
    path, gitlab = tmp_path / "cache", filled.gitlab
    path.write_bytes(filled.cache)
    filled.turn_back()
    with gitlab.world.lock:
        change(gitlab.world)
    warm, cold, again = read(gitlab, path), read(gitlab), read(gitlab, path)
    assert dump_snapshot(warm) == dump_snapshot(cold), "the cache tells another story"
    assert (warm, again) == (cold, warm)
    seen = (gitlab.world.edition.name, change) not in UNSEEN
    assert (warm != filled.before) == seen, "the test changes nothing that is read"
