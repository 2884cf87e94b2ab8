"""Reading a whole portfolio from the demo GitLab: right on every edition, whole under trouble, within its budgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.errors import AccessError, NotFoundError, UnreachableError
from bot.domain.model import DueChange, Engagement, Item, Portfolio, TimeLog
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import outermost, read_portfolio
from fakegitlab import DemoGitLab, World
from fakegitlab.graphql import complexity, execute, work_items
from tests.gitlab_api.clock import VirtualClock

TODAY = date(2026, 11, 20)
EDITIONS = [
    ("ultimate", "19.3"),
    ("ultimate", "18.5"),
    ("ultimate", "16.11"),
    ("free", "19.3"),
    ("free", "17.0"),
    ("ce", "19.3"),
    ("ce", "16.11"),
]
FACTS = "```ps-project\ncustomer: Globex\nsow: SOW-1\nhours: 100\nvalue: 20000\nstart: 2026-09-01\n{more}```\n"


def settings(namespaces: dict[str, str] | None = None, **more: Any) -> Settings:
    namespaces = namespaces or {"acme": "customer", "acme/internal": "internal"}
    return Settings.model_validate({"portfolio": {"namespaces": namespaces}} | more)


def facts(more: str = "") -> str:
    return FACTS.format(more=more)


@contextmanager
def demo(world: World, edition: str = "ultimate", version: str = "19.3") -> Iterator[DemoGitLab]:
    if not world.tokens:
        world.token()
    with DemoGitLab(world, edition=edition, version=version) as gitlab:
        yield gitlab


def client_of(gitlab: DemoGitLab, **options: Any) -> GitLabClient:
    fast = {"retry_budget": 60.0} | VirtualClock().options
    return GitLabClient(gitlab.url, options.pop("token", gitlab.token), **(fast | options))


def read(gitlab: DemoGitLab, config: Settings | None = None, **options: Any) -> Portfolio:
    client = options.pop("client", None) or client_of(gitlab)
    found = read_portfolio(client, config or settings(), today=TODAY, **options)
    assert not gitlab.write_requests, "reading must not write"
    return replace(found, taken_at=None)


def item(engagement: Engagement, title: str) -> Item:
    (found,) = [i for i in engagement.items if i.title == title]
    return found


def refs(engagement: Engagement) -> list[str]:
    return [i.ref for i in engagement.items]


@pytest.fixture
def world() -> World:
    """One project-rooted engagement with everything that Free has, and a closed one of long ago."""
    w = World(now="2026-11-20T18:00:00Z")
    w.member(w.group("acme"), "dana")
    p = w.project("acme/globex")
    w.milestone(p, "Discovery", "2026-10-01", state="closed", created_at="2026-09-01", updated_at="2026-10-02")
    w.milestone(w.group("acme"), "Company-wide", "2026-12-01", created_at="2026-09-01")
    w.issue(p, "SOW", labels=["PSProject", "health::on track"], description=facts(), created_at="2026-09-01")
    one = w.issue(
        p,
        "One",
        created_at="2026-09-02",
        due_date="2026-10-15",
        estimate=8 * 3600,
        milestone="Discovery",
        assignees=["dana"],
        labels=["acceptance"],
    )
    w.timelog(one, "dana", 2.5, "2026-10-05T12:00:00Z")
    w.due_change(one, "2026-10-30", "2026-10-10T09:00:00Z")
    w.due_change(one, "2026-11-06", "2026-10-20T09:00:00Z")
    w.label_event(one, "acceptance::sent", "2026-11-02T09:00:00Z")
    w.task(p, "Two", created_at="2026-09-03", closed_at="2026-10-20T10:00:00Z", parent=one)
    old = w.project("acme/old")
    w.issue(old, "Old SOW", labels=["PSProject"], created_at="2024-01-01", closed_at="2025-01-01")
    return w


@pytest.mark.parametrize(("edition", "version"), EDITIONS)
def test_a_project_rooted_engagement_is_read_on_every_edition(world: World, edition: str, version: str):
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


@pytest.fixture
def tree() -> World:
    """Epics below epics, with weights, health, links and an engagement inside another one's tree."""
    w = World(now="2026-11-20T18:00:00Z")
    g, p = w.group("acme/globex"), w.project("acme/globex/app")
    # Numbers and old ids of epics run apart: reading by the wrong one gives another epic's events.
    for number in range(3):
        w.epic(w.group("acme/other"), f"Elsewhere {number}", created_at="2026-01-01")
    root = w.epic(g, "SOW", labels=["PSProject"], description=facts(), created_at="2026-09-01", health="at_risk")
    w.label_event(root, "health::at risk", "2026-11-10T09:00:00Z")
    child = w.epic(g, "Phase", parent=root, created_at="2026-09-02")
    w.due_change(child, "2026-10-30", "2026-10-10T09:00:00Z", legacy=True)
    w.due_change(child, None, "2026-10-11T09:00:00Z", legacy=True)
    grandchild = w.epic(g, "Subphase", parent=child, created_at="2026-09-02")
    deep = w.issue(p, "Deep", parent=grandchild, created_at="2026-09-03", weight=5, health="needs_attention")
    task = w.task(p, "Deeper", parent=deep, created_at="2026-09-04")
    blocker = w.issue(p, "Blocker", parent=child, created_at="2026-09-05")
    w.link(blocker, deep, "blocks")
    w.link(task, deep, "relates_to")
    w.iteration(w.group("acme"), date(2026, 11, 9), date(2026, 11, 22))
    inner = w.epic(g, "Inner SOW", parent=root, labels=["PSProject"], created_at="2026-09-05")
    w.issue(p, "Inner work", parent=inner, created_at="2026-09-06")
    w.issue(p, "Nobody's", created_at="2026-09-07")
    for made in (child, grandchild, deep, task, blocker, inner):
        assert made.parent is not None
        made.parent.children.append(made) if made not in made.parent.children else None
    return w


@pytest.mark.parametrize("version", ["19.3", "18.5", "17.6", "17.0", "16.11"])
def test_an_epic_takes_in_its_whole_tree_but_no_other_engagements(tree: World, version: str):
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


def test_epics_that_are_no_work_items_are_read_with_few_requests(tree: World, tmp_path: Path):
    with demo(tree, "ultimate", "16.11") as gitlab, Cache.open(tmp_path / "cache", gitlab.url, 1) as cache:
        cold = client_of(gitlab)
        first = read(gitlab, client=cold, cache=cache)
        assert cold.counts.requests - cold.counts.history_requests <= 15
        warm = client_of(gitlab)
        assert read(gitlab, client=warm, cache=cache) == first
        assert (warm.counts.requests, warm.counts.history_requests) == (6, 0)


def test_an_issue_that_went_to_another_epic_is_seen_with_a_cache(tree: World, tmp_path: Path):
    with demo(tree, "ultimate", "16.11") as gitlab, Cache.open(tmp_path / "cache", gitlab.url, 1) as cache:
        read(gitlab, cache=cache)
        moved, inner = tree.find_reference("acme/globex/app#3"), tree.find_reference("acme/globex&4")
        assert moved.parent is not None
        moved.parent.children.remove(moved)
        moved.parent = inner
        inner.children.append(moved)
        moved.updated_at = tree.now
        tree.revision += 1
        outer, other = read(gitlab, cache=cache).engagements
        assert (outer, other) == read(gitlab).engagements
        assert sorted(i.title for i in other.items) == ["Blocker", "Inner work"]


def test_free_serves_what_free_has(tree: World):
    with demo(tree, "free") as gitlab:
        assert read(gitlab).engagements == ()
        lines = list(client_of(gitlab).capabilities.lines())
    assert lines == []


def test_community_edition_says_what_it_lacks(tree: World):
    with demo(tree, "ce") as gitlab:
        assert any("Community Edition: no epics" in line for line in client_of(gitlab).capabilities.lines())


def test_a_health_label_of_psbots_own_is_nobodys_declaration(tree: World):
    root, inner = tree.find_reference("acme/globex&1"), tree.find_reference("acme/globex&4")
    with demo(tree) as gitlab:
        me = tree.users[client_of(gitlab).user.id]
        tree.label_event(root, "health::on track", "2026-11-12T09:00:00Z", user=me)
        tree.label_event(inner, "health::on track", "2026-11-12T09:00:00Z")
        outer, other = read(gitlab).engagements
    assert ("health::on track" in outer.labels, "health::on track" in outer.label_dates) == (False, False)
    assert ("health::on track" in other.labels, "health::on track" in other.label_dates) == (True, True)


# -- what work is whose


def test_listed_work_takes_epics_issues_and_paths_also_from_elsewhere(tree: World):
    tree.issue(tree.project("partner/x"), "Partner's", created_at="2026-09-08")
    more = "work: ['acme/globex&2', partner/x, 'acme/globex/app#5', 'gone/x#1']\n"
    tree.find_reference("acme/globex&1").description = facts(more)
    with demo(tree) as gitlab:
        portfolio = read(gitlab)
    outer = portfolio.engagements[0]
    assert sorted(i.title for i in outer.items) == ["Blocker", "Deep", "Deeper", "Nobody's", "Partner's", "Subphase"]
    assert tuple(map(str, outer.errors)) == ("work: gone/x#1 is not there, or the token may not see it",)
    assert [str(f).partition(" could")[0] for f in portfolio.failures] == ["gone/x"]


def test_the_config_overrides_the_descriptions_facts(world: World):
    config = settings(engagements={"acme/globex#1": {"value": 90000, "customer": "Initech", "hours": "many"}})
    with demo(world) as gitlab:
        (e,) = read(gitlab, config).engagements
    assert (e.facts.value, e.facts.customer, e.facts.hours) == (90000.0, "Initech", 100.0)
    assert [(f.ref, f.key) for f in e.fact_faults] == [("acme/globex#1", "hours")]


def test_money_in_an_internal_namespace_is_fine(world: World):
    with demo(world) as gitlab:
        (e,) = read(gitlab, settings({"acme": "internal"})).engagements
    assert e.customer_visible_facts == ()


def test_a_broken_block_costs_the_bad_key_alone(world: World):
    world.find_reference("acme/globex#1").description = facts("billing: sometimes\n")
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert e.facts.customer == "Globex"
    assert [(f.key, f.line) for f in e.fact_faults] == [("billing", 7)]


def test_change_orders_and_risks_carry_their_facts(world: World):
    block = "```ps-change-order\nhours: 80\nvalue: 20000\n```"
    world.issue(world.project("acme/globex"), "CO", labels=["change-order::approved"], description=block)
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert item(e, "CO").facts == {"hours": 80, "value": 20000}


def test_hours_of_non_billable_items_are_not_billed(world: World):
    extra = world.issue(world.project("acme/globex"), "Travel", labels=["non-billable"])
    world.timelog(extra, "dana", 3, "2026-10-06")
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert [(log.hours, log.billable) for log in e.timelogs] == [(2.5, True), (3.0, False)]


def test_an_item_reached_by_several_namespaces_counts_once(world: World):
    config = settings({"acme": "customer", "acme/globex": "customer", "acme/old": "internal"})
    with demo(world) as gitlab:
        (e,) = read(gitlab, config).engagements
        assert sum(r.operation == "PsbotPlace" for r in gitlab.requests) == 1
    assert len(e.timelogs) == 1


def test_a_project_can_be_configured_itself(world: World):
    with demo(world) as gitlab:
        (e,) = read(gitlab, settings({"acme/globex": "internal"})).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]


def test_closed_engagements_stay_for_a_while(world: World):
    with demo(world) as gitlab:
        found = read(gitlab, settings(portfolio={"namespaces": {"acme": "internal"}, "closed_within_days": 800}))
    assert [(e.ref, e.state) for e in found.engagements] == [("acme/globex#1", "opened"), ("acme/old#1", "closed")]


def test_only_leaves_out_the_others():
    w = World(now="2026-11-20")
    for number in range(12):
        w.issue(w.project(f"acme/p{number:02d}"), "SOW", labels=["PSProject"])
    with demo(w) as gitlab:
        assert [e.ref for e in read(gitlab, only="acme/p03#1").engagements] == ["acme/p03#1"]


def test_a_path_below_another_one_is_read_with_it():
    assert outermost(["b/c", "a", "A/x", "b"]) == ["a", "b"]


# -- members


def test_members_are_active_ones_and_project_members_only_where_work_is_theirs(world: World):
    gone = world.user("gone", state="blocked")
    world.member(world.group("acme"), gone)
    world.member(world.project("acme/globex"), "contractor")
    world.member(world.project("acme/old"), "elsewhere")
    world.issue(world.project("acme/globex"), "Theirs", assignees=["contractor", "gone"])
    with demo(world) as gitlab:
        members = read(gitlab).members["acme"]
    assert "contractor" in members
    assert "gone" not in members
    assert "elsewhere" not in members


# -- everything is read, however much there is


def test_more_time_logs_and_notes_than_a_page_are_read_on(world: World):
    busy = world.find_reference("acme/globex#3")
    for number in range(230):
        world.timelog(busy, "dana", 0.5, datetime(2026, 9, 10, 1, number % 60, tzinfo=UTC))
    for number in range(130):
        world.due_change(
            busy, date(2026, 10, 1 + number % 28), datetime(2026, 10, 1, number // 60, number % 60, tzinfo=UTC)
        )
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert sum(log.hours for log in e.timelogs if log.item == "acme/globex#3") == 115
    assert len(item(e, "Two").due_history) == 130


def many(count: int, engagements: int = 2) -> World:
    w = World(now="2026-11-20T18:00:00Z")
    for n in range(engagements):
        p = w.project(f"acme/p{n}")
        w.issue(p, "SOW", labels=["PSProject"], created_at="2026-01-01")
        for number in range(count // engagements - 1):
            at = datetime(2026, 1 + number % 10, 1 + number % 28, number % 24, tzinfo=UTC)
            made = w.issue(p, f"Item {number}", created_at=at, due_date=TODAY)
            w.timelog(made, "dana", 1, at)
    return w


@pytest.mark.parametrize("count", [60, 300, 1000])
def test_a_cold_read_stays_within_its_budget(count: int):
    with demo(many(count)) as gitlab:
        client = client_of(gitlab)
        portfolio = read(gitlab, client=client)
    assert sum(len(e.items) + 1 for e in portfolio.engagements) == count
    assert sum(len(e.timelogs) for e in portfolio.engagements) == count - 2
    plain = client.counts.requests - client.counts.history_requests
    assert plain <= 1.5 * count / 100 + 6 * 1 + 3 * 2


def test_histories_are_read_in_batches_and_only_of_changed_items():
    w = many(300)
    for made in list(w.items.values())[:200]:
        w.due_change(made, "2026-12-01", "2026-11-01")
    with demo(w) as gitlab:
        client = client_of(gitlab)
        portfolio = read(gitlab, client=client)
    assert sum(len(i.due_history) for e in portfolio.engagements for i in e.items) >= 198
    assert client.counts.history_requests <= 2 + 2 + 2  # items in hundreds, and the roots' labels


def labelled(count: int) -> World:
    """An engagement in which every item waited for the customer, on a day of its own."""
    w = many(count)
    for number, made in enumerate(i for i in w.items.values() if not i.is_epic and "PSProject" not in i.title):
        w.label_event(made, "waiting::customer", f"2026-10-{number % 28 + 1:02d}T09:00:00Z")
    return w


def test_label_dates_of_a_page_of_items_come_in_one_request():
    with demo(labelled(150)) as gitlab:
        client = client_of(gitlab)
        portfolio = read(gitlab, client=client)
        asked = [record.path for record in gitlab.requests]
    dated = [
        i.label_dates["waiting::customer"]
        for e in portfolio.engagements
        for i in e.items
        if "waiting::customer" in i.label_dates
    ]
    assert len(dated) >= 148
    assert client.counts.history_requests <= 6
    assert not [path for path in asked if "resource_label_events" in path]


def test_a_server_that_makes_up_no_notes_about_labels_is_asked_item_by_item(monkeypatch: pytest.MonkeyPatch):
    with demo(labelled(5)) as gitlab:
        usual = read(gitlab)
        monkeypatch.setattr("fakegitlab.graphql.activity.made_up_notes", lambda item: [])
        assert read(gitlab).engagements == usual.engagements
        assert [record.path for record in gitlab.requests if "resource_label_events" in record.path]


def test_pages_that_shift_lose_and_double_nothing():
    w = many(350)
    with demo(w) as gitlab:
        gitlab.faults.shift_pages = 2
        portfolio = read(gitlab, client=client_of(gitlab, concurrency=2))
    found = [i.ref for e in portfolio.engagements for i in e.items]
    assert len(found) == len(set(found))
    assert {f"acme/p{n}#{iid}" for n in (0, 1) for iid in range(2, 176)} <= set(found)


def test_a_group_that_lists_no_items_is_read_project_by_project(monkeypatch: pytest.MonkeyPatch, world: World):
    """Older servers answer an empty list for groups where the feature is switched off."""
    find = work_items.find_items

    def none_of_groups(actor: Any, spaces: Any, *rest: Any) -> list[Any]:
        places = list(spaces)
        return [] if any(space.is_group for space in places) else find(actor, places, *rest)

    monkeypatch.setattr(work_items, "find_items", none_of_groups)
    with demo(world, "ce", "16.11") as gitlab:
        (e,) = read(gitlab).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]


def test_the_page_shrinks_when_an_upgrade_makes_queries_dearer(monkeypatch: pytest.MonkeyPatch):
    limit = 60
    monkeypatch.setattr(execute, "SIGNED_IN", limit)
    monkeypatch.setattr(execute, "ADMIN", limit)
    measured: list[int] = []
    measure = complexity.Meter.measure
    exempt = ("PsbotStart", "PsbotPlace")

    def spy(self: complexity.Meter, document: Any, operation: Any) -> int:
        score = measure(self, document, operation)
        measured.append(score)
        return 1 if operation.name.value in exempt else score

    monkeypatch.setattr(complexity.Meter, "measure", spy)
    with demo(many(120)) as gitlab:
        portfolio = read(gitlab)
    assert sum(len(e.items) for e in portfolio.engagements) == 118
    assert portfolio.failures == ()


# -- trouble


@pytest.mark.parametrize(
    "kind", ["rate_limit", "bad_gateway", "unavailable", "gateway_timeout", "reset_before", "reset_after", "html"]
)
def test_passing_trouble_changes_nothing(world: World, kind: str):
    with demo(world) as gitlab:
        calm = read(gitlab)
        gitlab.faults.add(kind, 4, retry_after=1, match="Psbot|members|label_events")
        assert read(gitlab) == calm
        assert len(gitlab.faults.struck) == 4


def test_trouble_at_random_changes_nothing(tree: World):
    with demo(tree) as gitlab:
        calm = read(gitlab)
        gitlab.faults.rate, gitlab.faults.kinds = 0.3, ("bad_gateway", "reset_before", "reset_after")
        assert read(gitlab, client=client_of(gitlab, retry_budget=60.0)) == calm
        assert gitlab.faults.struck


def test_a_namespace_that_fails_is_named_and_the_rest_is_served(world: World):
    config = settings({"acme": "customer", "elsewhere": "internal", "secret": "internal"})
    hidden = world.project("secret/x")
    world.issue(hidden, "SOW", labels=["PSProject"])
    person = world.user("reader")
    world.member(world.group("acme"), person, "reporter")
    world.token(person, value="reader-token", at=world.group("acme"), role="reporter")
    with demo(world) as gitlab:
        client = client_of(gitlab, token="reader-token")
        portfolio = read(gitlab, config, client=client)
    assert [e.ref for e in portfolio.engagements] == ["acme/globex#1"]
    assert [str(f).partition(" could")[0] for f in portfolio.failures] == ["elsewhere", "secret"]
    assert all("is not a group or project that the token can see" in str(f) for f in portfolio.failures)


def test_a_history_that_fails_is_an_error_of_its_engagement(world: World):
    with demo(world) as gitlab:
        gitlab.faults.add("bad_gateway", 1000, match="PsbotHistories")
        (e,) = read(gitlab, client=client_of(gitlab, retry_budget=1.0)).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]
    told = [str(error) for error in e.errors]
    assert told[0].startswith("history of acme/globex#2, acme/globex#3 could not be read: due-date histories")
    assert all("could not be read: label dates" in text for text in told[1:])


def test_a_refused_token_ends_the_run(world: World):
    with demo(world) as gitlab, pytest.raises(AccessError, match="401"):
        read(gitlab, client=GitLabClient(gitlab.url, "wrong"))


def test_a_token_without_scope_is_told_its_scope(world: World):
    world.token(value="profile", scopes=("read_user",))
    with demo(world) as gitlab, pytest.raises(AccessError, match="scope `api`"):
        read(gitlab, client=GitLabClient(gitlab.url, "profile"))


def test_nothing_readable_at_all_is_an_error_and_no_empty_portfolio(world: World):
    with demo(world) as gitlab:
        with pytest.raises(NotFoundError, match="nowhere"):
            read(gitlab, settings({"nowhere": "internal"}))
        gitlab.faults.add("bad_gateway", 1000, match="PsbotPlace")
        with pytest.raises(UnreachableError):
            read(gitlab, client=client_of(gitlab, retry_budget=1.0))


def test_hostile_titles_pass_through_as_data(world: World):
    title = '</script>{{ 7*7 }} ``` @all \u202e "quoted" %"x"'
    world.issue(world.project("acme/globex"), title)
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert item(e, title).title == title
