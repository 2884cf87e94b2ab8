"""Reading a whole portfolio from the demo GitLab: right on every edition, whole under trouble, within its budgets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.domain.model import DueChange, TimeLog
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.reading import outermost
from fakegitlab import World
from tests.gitlab_api.worlds import (
    EDITIONS,
    client_of,
    demo,
    facts,
    item,
    read,
    refs,
    settings,
)


@pytest.mark.parametrize(("edition", "version"), EDITIONS)
def test_a_project_rooted_engagement_is_read_on_every_edition(world: World, edition: str, version: str) -> None:
    with demo(world, edition, version) as gitlab:
        portfolio = read(gitlab)
    (e,) = portfolio.engagements
    assert portfolio.failures == ()
    assert (e.ref, e.title, e.state, e.errors) == ("acme/globex#1", "SOW", "opened", ())
    assert (e.facts.customer, e.facts.hours, e.facts.start) == ("Globex", 100.0, date(2026, 9, 1))
    assert e.customer_visible_facts == ("value",)
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]
    one, two = e.items
    assert (one.estimate_hours, one.spent_hours, one.milestone, one.assignees) == (8.0, 2.5, "Discovery", ("dana",))
    assert (one.due_date, one.first_due) == (date(2026, 11, 6), date(2026, 10, 30))
    assert one.due_history[1] == DueChange(date(2026, 10, 30), date(2026, 11, 6), datetime(2026, 10, 20, 9, tzinfo=UTC))
    assert one.label_dates["acceptance::sent"] == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert (two.type, two.state, two.closed_at) == ("task", "closed", datetime(2026, 10, 20, 10, tzinfo=UTC))
    assert e.timelogs == (TimeLog("acme/globex#2", "dana", date(2026, 10, 5), 2.5),)
    assert [(m.title, m.ref, m.state) for m in e.milestones] == [("Discovery", 'acme/globex%"Discovery"', "closed")]
    assert "dana" in portfolio.members["acme"]


@pytest.mark.parametrize("version", ["19.3", "18.5", "17.6", "17.0", "16.11"])
def test_an_epic_takes_in_its_whole_tree_but_no_other_engagements(tree: World, version: str) -> None:
    with demo(tree, "ultimate", version) as gitlab:
        portfolio = read(gitlab)
    outer, inner = portfolio.engagements
    assert (outer.ref, inner.ref) == ("acme/globex&1", "acme/globex&4")
    assert sorted(i.title for i in outer.items) == ["Blocker", "Deep", "Deeper", "Phase", "Subphase"]
    assert [i.title for i in inner.items] == ["Inner work"]
    deep = item(outer, "Deep")
    assert (deep.weight, deep.health_status, deep.blocked_by) == (5.0, "needs_attention", ("acme/globex/app#3",))
    as_item = tuple(map(int, version.split("."))) >= (17, 2)
    assert outer.health_status == ("at_risk" if as_item else None), "the epics API does not tell it"
    assert outer.label_dates["health::at risk"] == datetime(2026, 11, 10, 9, tzinfo=UTC)
    assert [(c.previous, c.new) for c in item(outer, "Phase").due_history] == [
        (None, date(2026, 10, 30)),
        (date(2026, 10, 30), None),
    ]


def test_epics_that_are_no_work_items_are_read_with_few_requests(tree: World, tmp_path: Path) -> None:
    with demo(tree, "ultimate", "16.11") as gitlab, Cache.open(tmp_path / "cache", gitlab.url, 1) as cache:
        cold = client_of(gitlab)
        first = read(gitlab, client=cold, cache=cache)
        assert cold.counts.requests - cold.counts.history_requests <= 15
        warm = client_of(gitlab)
        assert read(gitlab, client=warm, cache=cache) == first
        assert (warm.counts.requests, warm.counts.history_requests) == (6, 0)


def test_an_issue_that_went_to_another_epic_is_seen_with_a_cache(tree: World, tmp_path: Path) -> None:
    with demo(tree, "ultimate", "16.11") as gitlab, Cache.open(tmp_path / "cache", gitlab.url, 1) as cache:
        read(gitlab, cache=cache)
        moved, inner = tree.item("acme/globex/app#3"), tree.item("acme/globex&4")
        assert moved.parent is not None
        moved.parent.children.remove(moved)
        moved.parent = inner
        inner.children.append(moved)
        moved.updated_at = tree.now
        tree.revision += 1
        outer, other = read(gitlab, cache=cache).engagements
        assert (outer, other) == read(gitlab).engagements
        assert sorted(i.title for i in other.items) == ["Blocker", "Inner work"]


def test_free_serves_what_free_has(tree: World) -> None:
    with demo(tree, "free") as gitlab:
        assert read(gitlab).engagements == ()
        lines = list(client_of(gitlab).capabilities.lines())
    assert lines == []


def test_community_edition_says_what_it_lacks(tree: World) -> None:
    with demo(tree, "ce") as gitlab:
        assert any("Community Edition: no epics" in line for line in client_of(gitlab).capabilities.lines())


def test_a_health_label_of_psbots_own_is_nobodys_declaration(tree: World) -> None:
    root, inner = tree.item("acme/globex&1"), tree.item("acme/globex&4")
    with demo(tree) as gitlab:
        me = tree.users[client_of(gitlab).user.id]
        tree.label_event(root, "health::on track", "2026-11-12T09:00:00Z", user=me)
        tree.label_event(inner, "health::on track", "2026-11-12T09:00:00Z")
        outer, other = read(gitlab).engagements
    assert ("health::on track" in outer.labels, "health::on track" in outer.label_dates) == (False, False)
    assert ("health::on track" in other.labels, "health::on track" in other.label_dates) == (True, True)


# -- what work is whose


def test_listed_work_takes_epics_issues_and_paths_also_from_elsewhere(tree: World) -> None:
    tree.issue(tree.project("partner/x"), "Partner's", created_at="2026-09-08")
    more = "work: ['acme/globex&2', partner/x, 'acme/globex/app#5', 'gone/x#1']\n"
    tree.item("acme/globex&1").description = facts(more)
    with demo(tree) as gitlab:
        portfolio = read(gitlab)
    outer = portfolio.engagements[0]
    assert sorted(i.title for i in outer.items) == ["Blocker", "Deep", "Deeper", "Nobody's", "Partner's", "Subphase"]
    assert tuple(map(str, outer.errors)) == ("work: gone/x#1 is not there, or the token may not see it",)
    assert [str(f).partition(" could")[0] for f in portfolio.failures] == ["gone/x"]


def test_the_config_overrides_the_descriptions_facts(world: World) -> None:
    config = settings(engagements={"acme/globex#1": {"value": 90000, "customer": "Initech", "hours": "many"}})
    with demo(world) as gitlab:
        (e,) = read(gitlab, config).engagements
    assert (e.facts.value, e.facts.customer, e.facts.hours) == (90000.0, "Initech", 100.0)
    assert [(f.ref, f.key) for f in e.fact_faults] == [("acme/globex#1", "hours")]


def test_money_in_an_internal_namespace_is_fine(world: World) -> None:
    with demo(world) as gitlab:
        (e,) = read(gitlab, settings({"acme": "internal"})).engagements
    assert e.customer_visible_facts == ()


def test_a_broken_block_costs_the_bad_key_alone(world: World) -> None:
    world.item("acme/globex#1").description = facts("billing: sometimes\n")
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert e.facts.customer == "Globex"
    assert [(f.key, f.line) for f in e.fact_faults] == [("billing", 7)]


def test_change_orders_and_risks_carry_their_facts(world: World) -> None:
    block = "```ps-change-order\nhours: 80\nvalue: 20000\n```"
    world.issue(world.project("acme/globex"), "CO", labels=["change-order::approved"], description=block)
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert item(e, "CO").facts == {"hours": 80, "value": 20000}


def test_hours_of_non_billable_items_are_not_billed(world: World) -> None:
    extra = world.issue(world.project("acme/globex"), "Travel", labels=["non-billable"])
    world.timelog(extra, "dana", 3, "2026-10-06")
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert [(log.hours, log.billable) for log in e.timelogs] == [(2.5, True), (3.0, False)]


def test_an_item_reached_by_several_namespaces_counts_once(world: World) -> None:
    config = settings({"acme": "customer", "acme/globex": "customer", "acme/old": "internal"})
    with demo(world) as gitlab:
        (e,) = read(gitlab, config).engagements
        assert sum(r.operation == "PsbotPlace" for r in gitlab.requests) == 1
    assert len(e.timelogs) == 1


def test_a_project_can_be_configured_itself(world: World) -> None:
    with demo(world) as gitlab:
        (e,) = read(gitlab, settings({"acme/globex": "internal"})).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]


def test_closed_engagements_stay_for_a_while(world: World) -> None:
    with demo(world) as gitlab:
        found = read(gitlab, settings(portfolio={"namespaces": {"acme": "internal"}, "closed_within_days": 800}))
    assert [(e.ref, e.state) for e in found.engagements] == [("acme/globex#1", "opened"), ("acme/old#1", "closed")]


def test_only_leaves_out_the_others() -> None:
    w = World(now="2026-11-20")
    for number in range(12):
        w.issue(w.project(f"acme/p{number:02d}"), "SOW", labels=["PSProject"])
    with demo(w) as gitlab:
        assert [e.ref for e in read(gitlab, only="acme/p03#1").engagements] == ["acme/p03#1"]


def test_a_path_below_another_one_is_read_with_it() -> None:
    assert outermost(["b/c", "a", "A/x", "b"]) == ["a", "b"]
