"""Servers that can't be asked by time (before 17.9), or for the token's role: read as whole as any, cold and warm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.config import Settings
from bot.domain.model import Portfolio
from bot.gitlab_api.access_report import inspect_access
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.reading import read_portfolio
from fakegitlab import DemoGitLab, World
from tests.gitlab_api.filled import Filled, contents

TODAY = date(2026, 11, 20)
CONFIG = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}}})
ITEMS = 230
OLD = [("ultimate", "16.11"), ("ultimate", "17.8"), ("free", "17.8"), ("ce", "16.11")]


def make_world() -> World:
    """Two projects with more items than a page holds, rooted in issues: any licence can have that."""
    w = World(now="2026-11-20T18:00:00Z")
    w.member(w.group("acme"), "dana")
    for n in range(2):
        p = w.project(f"acme/p{n}")
        w.issue(p, f"SOW {n}", labels=["PSProject"], created_at="2026-06-01")
        for number in range(ITEMS // 2):
            at = f"2026-07-{number % 28 + 1:02d}T{number % 24:02d}:00:00Z"
            w.issue(p, f"Item {number}", created_at=at, due_date="2026-12-01", assignees=["dana"])
    w.token()
    return w


@pytest.fixture(scope="module", params=OLD, ids=lambda edition: "-".join(edition))
def running(request: pytest.FixtureRequest) -> Iterator[DemoGitLab]:
    edition, version = request.param
    with DemoGitLab(make_world(), edition, version) as found:
        yield found


@pytest.fixture(scope="module")
def filled(running: DemoGitLab, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """What a first read found, and the cache that it left; reading changes nothing."""
    path = tmp_path_factory.mktemp("old") / "cache"
    then = contents(running.world, running.world.__dict__)
    return Filled(running, then, read(running, path)[0], path.read_bytes())


@pytest.fixture
def gitlab(filled: Filled) -> DemoGitLab:
    """The server as it was: what another test changed has not happened."""
    filled.turn_back()
    return filled.gitlab


@pytest.fixture
def cache(filled: Filled, tmp_path: Path) -> Path:
    """A copy of what the first read left."""
    path = tmp_path / "cache"
    path.write_bytes(filled.cache)
    return path


def read(gitlab: DemoGitLab, cache: Path | None = None) -> tuple[Portfolio, GitLabClient]:
    client = GitLabClient(gitlab.url, gitlab.token)
    if cache is None:
        return replace(read_portfolio(client, CONFIG, today=TODAY), taken_at=None), client
    with Cache.open(cache, client.url, client.user.id) as opened:
        return replace(read_portfolio(client, CONFIG, today=TODAY, cache=opened), taken_at=None), client


def test_every_page_is_read(gitlab: DemoGitLab) -> None:
    found, client = read(gitlab)
    assert found.failures == ()
    assert [len({i.ref for i in e.items}) for e in found.engagements] == [ITEMS // 2, ITEMS // 2]
    assert client.counts.requests - client.counts.history_requests <= 1.5 * ITEMS / 100 + 6 + 3 * 2


def change_many(w: World) -> None:
    for number in range(2, 112):
        made = w.item(f"acme/p0#{number}")
        w.due_change(made, date(2026, 12, 2), w.now + timedelta(seconds=number))


def change_one(w: World) -> None:
    w.close(w.item("acme/p1#7"), w.now)


def add_one(w: World) -> None:
    w.issue(w.project("acme/p1"), "New", created_at=w.now)


def remove_one(w: World) -> None:
    w.delete(w.item("acme/p1#9"))


@pytest.mark.parametrize("change", [change_many, change_one, add_one, remove_one])
def test_a_warm_read_sees_what_changed(
    gitlab: DemoGitLab, filled: Filled, cache: Path, change: Callable[[World], None]
) -> None:
    with gitlab.world.lock:
        change(gitlab.world)
    warm, _ = read(gitlab, cache)
    assert warm.engagements != filled.before.engagements
    assert warm == read(gitlab)[0]


def test_a_warm_read_of_nothing_new_takes_few_requests(gitlab: DemoGitLab, filled: Filled, cache: Path) -> None:
    warm, client = read(gitlab, cache)
    assert warm == filled.before
    assert client.counts.requests <= 6 + 2


def test_the_role_is_found_among_the_members_where_graphql_does_not_tell() -> None:
    world = make_world()
    world.token(world.user("reader"), value="reader", role="reporter", at=world.group("acme"))
    with DemoGitLab(world) as gitlab:
        client = GitLabClient(gitlab.url, "reader")
        known = client.capabilities
        client.__dict__["capabilities"] = replace(known, schema=known.schema - {"Group.maxAccessLevel"})
        (acme,) = inspect_access(client, CONFIG).namespaces
    assert (acme.role, acme.level, acme.sees_all) == ("reporter", 20, True)
    assert not any("maxAccessLevel" in record.body.decode().partition("project(")[0] for record in gitlab.requests)
