"""Writing to epics that are no work items (before 17.2): by their old id, which is neither their number nor an item's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.config import Settings
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, place_of, resolve_place
from bot.gitlab_api.posts import read_awards, read_label_setters, read_notes
from bot.gitlab_api.reading import read_portfolio
from bot.gitlab_api.writing import change_labels, create_note, delete_note, update_note
from fakegitlab import DemoGitLab, World

TODAY = date(2026, 11, 20)
CONFIG = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}}})


@pytest.fixture(params=["16.11", "17.1", "17.6", "19.3"])
def gitlab(request: pytest.FixtureRequest) -> Iterator[DemoGitLab]:
    """Epics whose ids are the numbers of others, and an issue whose id is an epic's."""
    w = World(now="2026-11-20T18:00:00Z")
    g, p = w.group("acme"), w.project("acme/app")
    first = w.epic(g, "Somebody else's")
    root = w.epic(g, "SOW", labels=["PSProject"], created_at="2026-06-01")
    phase = w.epic(g, "Phase", parent=root, created_at="2026-06-02")
    first.epic_id, root.epic_id, phase.epic_id = phase.iid, first.iid, root.iid
    w.epics.clear()
    w.epics.update({e.epic_id: e for e in (first, root, phase) if e.epic_id})
    deep = w.issue(p, "Deep", parent=phase, created_at="2026-06-03")
    aside = w.issue(p, "Aside", parent=first, created_at="2026-06-03")
    for below, above in ((phase, root), (deep, phase), (aside, first)):
        if below not in above.children:
            above.children.append(below)
    w.label(g, "health::red")
    w.label_event(root, "PSProject", "2026-06-01T12:00:00Z")
    w.due_change(phase, "2026-10-30", "2026-09-01T09:00:00Z")
    w.due_change(phase, "2026-11-30", "2026-10-01T09:00:00Z")
    w.token()
    with DemoGitLab(w, "ultimate", request.param) as running:
        yield running


def client_of(gitlab: DemoGitLab) -> GitLabClient:
    return GitLabClient(gitlab.url, gitlab.token)


def places(gitlab: DemoGitLab) -> list[Place]:
    """The engagement's epic, asked for by name, and as it was read."""
    client = client_of(gitlab)
    target = read_portfolio(client, CONFIG, today=TODAY).targets["acme&2"]
    found = place_of("acme&2", target)
    assert found is not None
    return [resolve_place(client, "acme&2"), found]


def texts(gitlab: DemoGitLab, ref: str) -> list[str]:
    return [note.body for note in gitlab.world.item(ref).notes if not note.system]


def test_the_engagement_is_its_own_tree_with_histories(gitlab: DemoGitLab) -> None:
    (e,) = read_portfolio(client_of(gitlab), CONFIG, today=TODAY).engagements
    assert (e.ref, e.errors) == ("acme&2", ())
    assert [(i.ref, i.type) for i in e.items] == [("acme&3", "epic"), ("acme/app#1", "issue")]
    assert e.label_dates["PSProject"].isoformat() == "2026-06-01T12:00:00+00:00"
    assert [c.new for c in e.items[0].due_history] == [date(2026, 10, 30), date(2026, 11, 30)]


def test_notes_threads_and_reactions_are_this_epics(gitlab: DemoGitLab) -> None:
    client = client_of(gitlab)
    for number, place in enumerate(places(gitlab)):
        note = create_note(client, place, f"Report {number}")
        thread = next(n.thread for n in read_notes(client, place) if n.id == note)
        reply = create_note(client, place, f"Answer {number}", thread)
        assert update_note(client, place, note, f"Report {number}, later") == f"Report {number}, later"
        gitlab.world.award(gitlab.world.notes[note], "dana")
        notes = {n.id: n for n in read_notes(client, place)}
        assert (notes[note].body, notes[reply].thread) == (f"Report {number}, later", thread)
        assert [(a.name, a.username) for a in read_awards(client, place, note)] == [("thumbsup", "dana")]
        delete_note(client, place, reply)
    assert texts(gitlab, "acme&2") == ["Report 0, later", "Report 1, later"]
    assert texts(gitlab, "acme&1") + texts(gitlab, "acme&3") + texts(gitlab, "acme/app#1") == []
    assert not gitlab.errors


def test_labels_are_set_on_this_epic_and_their_setter_is_known(gitlab: DemoGitLab) -> None:
    client = client_of(gitlab)
    for place in places(gitlab):
        change_labels(client, place, ["health::red"], [])
        standing = resolve_place(client, "acme&2")
        assert sorted(standing.labels) == ["PSProject", "health::red"]
        assert read_label_setters(client, standing)["health::red"] == client.user.id
        change_labels(client, place, [], ["health::red"])
        assert resolve_place(client, "acme&2").labels == ("PSProject",)
    assert [label.title for label in gitlab.world.item("acme&1").labels] == []


def test_a_warm_read_is_a_cold_one(gitlab: DemoGitLab, tmp_path: Path) -> None:
    w, portfolios = gitlab.world, []
    for step in (None, rename, reparent, drop):
        if step:
            with w.lock:
                step(w)
        client = client_of(gitlab)
        with Cache.open(tmp_path / "cache", client.url, client.user.id) as cache:
            warm = replace(read_portfolio(client, CONFIG, today=TODAY, cache=cache), taken_at=None)
        assert warm == replace(read_portfolio(client_of(gitlab), CONFIG, today=TODAY), taken_at=None)
        portfolios.append([(i.ref, i.title) for e in warm.engagements for i in e.items])
    assert portfolios[1:] == [
        [("acme&3", "Phase, renamed"), ("acme/app#1", "Deep")],
        [("acme&3", "Phase, renamed"), ("acme/app#1", "Deep"), ("acme/app#2", "Aside")],
        [("acme/app#2", "Aside")],
    ]


def rename(w: World) -> None:
    epic = w.item("acme&3")
    epic.title, epic.updated_at = "Phase, renamed", w.now
    w.changed()


def reparent(w: World) -> None:
    aside, root = w.item("acme/app#2"), w.item("acme&2")
    assert aside.parent is not None
    aside.parent.children.remove(aside)
    aside.parent, aside.updated_at = root, w.now
    root.children.append(aside)
    w.changed()


def drop(w: World) -> None:
    """An epic that is deleted leaves its issues without a parent."""
    phase, root, deep = (w.item(ref) for ref in ("acme&3", "acme&2", "acme/app#1"))
    root.children.remove(phase)
    deep.parent, deep.updated_at = None, w.now
    w.delete(phase)
