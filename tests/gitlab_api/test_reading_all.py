"""Reading a whole portfolio: however much there is, whatever trouble there is on the way, within its budgets."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.errors import AccessError, NotFoundError, UnreachableError
from bot.gitlab_api.client import GitLabClient
from fakegitlab import World
from fakegitlab.graphql import complexity, execute, work_items
from fakegitlab.services.finder import find_items
from tests.gitlab_api.worlds import (
    TODAY,
    client_of,
    demo,
    item,
    read,
    refs,
    settings,
)

# -- members


def test_members_are_active_ones_and_project_members_only_where_work_is_theirs(world: World) -> None:
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


def test_more_time_logs_and_notes_than_a_page_are_read_on(world: World) -> None:
    busy = world.item("acme/globex#3")
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
def test_a_cold_read_stays_within_its_budget(count: int) -> None:
    with demo(many(count)) as gitlab:
        client = client_of(gitlab)
        portfolio = read(gitlab, client=client)
    assert sum(len(e.items) + 1 for e in portfolio.engagements) == count
    assert sum(len(e.timelogs) for e in portfolio.engagements) == count - 2
    plain = client.counts.requests - client.counts.history_requests
    assert plain <= 1.5 * count / 100 + 6 * 1 + 3 * 2


def test_histories_are_read_in_batches_and_only_of_changed_items() -> None:
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


def test_label_dates_of_a_page_of_items_come_in_one_request() -> None:
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


def test_a_server_that_makes_up_no_notes_about_labels_is_asked_item_by_item(monkeypatch: pytest.MonkeyPatch) -> None:
    with demo(labelled(5)) as gitlab:
        usual = read(gitlab)
        monkeypatch.setattr("fakegitlab.graphql.activity.made_up_notes", lambda item: [])
        assert read(gitlab).engagements == usual.engagements
        assert [record.path for record in gitlab.requests if "resource_label_events" in record.path]


def test_pages_that_shift_lose_and_double_nothing() -> None:
    w = many(350)
    with demo(w) as gitlab:
        gitlab.faults.shift_pages = 2
        portfolio = read(gitlab, client=client_of(gitlab, concurrency=2))
    found = [i.ref for e in portfolio.engagements for i in e.items]
    assert len(found) == len(set(found))
    assert {f"acme/p{n}#{iid}" for n in (0, 1) for iid in range(2, 176)} <= set(found)


def test_a_group_that_lists_no_items_is_read_project_by_project(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """Older servers answer an empty list for groups where the feature is switched off."""

    def none_of_groups(actor: Any, spaces: Any, *rest: Any) -> list[Any]:
        places = list(spaces)
        return [] if any(space.is_group for space in places) else find_items(actor, places, *rest)

    monkeypatch.setattr(work_items, "find_items", none_of_groups)
    with demo(world, "ce", "16.11") as gitlab:
        (e,) = read(gitlab).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]


def test_the_page_shrinks_when_an_upgrade_makes_queries_dearer(monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_passing_trouble_changes_nothing(world: World, kind: str) -> None:
    with demo(world) as gitlab:
        calm = read(gitlab)
        gitlab.faults.add(kind, 4, retry_after=1, match="Psbot|members|label_events")
        assert read(gitlab) == calm
        assert len(gitlab.faults.struck) == 4


def test_trouble_at_random_changes_nothing(tree: World) -> None:
    with demo(tree) as gitlab:
        calm = read(gitlab)
        gitlab.faults.rate, gitlab.faults.kinds = 0.3, ("bad_gateway", "reset_before", "reset_after")
        assert read(gitlab, client=client_of(gitlab, retry_budget=60.0)) == calm
        assert gitlab.faults.struck


def test_a_namespace_that_fails_is_named_and_the_rest_is_served(world: World) -> None:
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


def test_a_history_that_fails_is_an_error_of_its_engagement(world: World) -> None:
    with demo(world) as gitlab:
        gitlab.faults.add("bad_gateway", 1000, match="PsbotHistories")
        (e,) = read(gitlab, client=client_of(gitlab, retry_budget=1.0)).engagements
    assert refs(e) == ["acme/globex#2", "acme/globex#3"]
    told = [str(error) for error in e.errors]
    assert told[0].startswith("history of acme/globex#2, acme/globex#3 could not be read: due-date histories")
    assert all("could not be read: label dates" in text for text in told[1:])


def test_a_refused_token_ends_the_run(world: World) -> None:
    with demo(world) as gitlab, pytest.raises(AccessError, match="401"):
        read(gitlab, client=GitLabClient(gitlab.url, "wrong"))


def test_a_token_without_scope_is_told_its_scope(world: World) -> None:
    world.token(value="profile", scopes=("read_user",))
    with demo(world) as gitlab, pytest.raises(AccessError, match="scope `api`"):
        read(gitlab, client=GitLabClient(gitlab.url, "profile"))


def test_nothing_readable_at_all_is_an_error_and_no_empty_portfolio(world: World) -> None:
    with demo(world) as gitlab:
        with pytest.raises(NotFoundError, match="nowhere"):
            read(gitlab, settings({"nowhere": "internal"}))
        gitlab.faults.add("bad_gateway", 1000, match="PsbotPlace")
        with pytest.raises(UnreachableError):
            read(gitlab, client=client_of(gitlab, retry_budget=1.0))


def test_hostile_titles_pass_through_as_data(world: World) -> None:
    title = '</script>{{ 7*7 }} ``` @all \u202e "quoted" %"x"'
    world.issue(world.project("acme/globex"), title)
    with demo(world) as gitlab:
        (e,) = read(gitlab).engagements
    assert item(e, title).title == title
