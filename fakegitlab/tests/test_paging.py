"""Pages: offset, keyset and cursor give every row once; the headers tell the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakegitlab.graphql.connections import connect
from fakegitlab.services.ordering import Order
from fakegitlab.tests.conftest import WAIT, Stage

P = "/projects/acme%2Fcustomers%2Fglobex%2Fmigration"


@dataclass(frozen=True)
class Thing:
    id: int
    key: int | None


THINGS = st.lists(st.one_of(st.none(), st.integers(0, 5)), max_size=40).map(
    lambda keys: [Thing(number, key) for number, key in enumerate(keys, 1)]
)
ORDERS: st.SearchStrategy[Order[Thing]] = st.booleans().map(lambda down: Order("key", lambda thing: thing.key, down))


def _pages(
    ordered: list[Thing], order: Order[Thing], count: str, cursor: str, next_cursor: str, more: str, size: int
) -> Iterator[list[Thing]]:
    at = None
    while True:
        page = connect(ordered, {count: size, cursor: at}, order)
        yield list(page.nodes)
        if not page.page_info[more]:
            return
        at = page.page_info[next_cursor]


@given(THINGS, ORDERS, st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_cursors_walk_every_thing_once_in_order(things: list[Thing], order: Order[Thing], size: int) -> None:
    ordered = order.sort(things)
    seen = [
        thing for page in _pages(ordered, order, "first", "after", "endCursor", "hasNextPage", size) for thing in page
    ]
    assert seen == ordered
    assert [thing.key is None for thing in seen] == sorted(thing.key is None for thing in seen)


@given(THINGS.filter(bool), ORDERS, st.integers(1, 12), st.data())
@settings(max_examples=60, deadline=None)
def test_a_cursor_survives_that_others_insert_and_delete(
    things: list[Thing], order: Order[Thing], size: int, data: st.DataObject
) -> None:
    ordered = order.sort(things)
    first = connect(ordered, {"first": size}, order)
    gone = data.draw(st.sampled_from(things))
    changed = order.sort([thing for thing in things if thing != gone] + [Thing(1000, 2), Thing(1001, None)])
    rest = connect(changed, {"first": 100, "after": first.page_info["endCursor"]}, order)
    expected = [thing for thing in ordered[size:] if thing != gone]
    assert [thing for thing in rest.nodes if thing.id < 1000] == expected


@given(THINGS, ORDERS, st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_last_and_before_walk_backwards(things: list[Thing], order: Order[Thing], size: int) -> None:
    ordered = order.sort(things)
    pages = list(_pages(ordered, order, "last", "before", "startCursor", "hasPreviousPage", size))
    assert [thing for page in reversed(pages) for thing in page] == ordered


def _fill(stage: Stage, count: int) -> None:
    for number in range(count):
        stage.world.issue(stage.project, f"Filler {number}", created_at="2026-10-05", weight=number % 3 or None)


def _followed(stage: Stage, path: str) -> Iterator[int]:
    url: str | None = f"{stage.site.url}/api/v4{path}"
    while url:
        answer = stage.client.session.get(url, timeout=WAIT)
        yield from (row["iid"] for row in answer.json())
        url = answer.links.get("next", {}).get("url")


@pytest.mark.parametrize("query", ["", "&pagination=keyset", "&pagination=keyset&order_by=weight&sort=asc"])
@pytest.mark.parametrize("size", [7, 100])
def test_following_link_reads_all_issues(stage: Stage, query: str, size: int) -> None:
    _fill(stage, 30)
    seen = list(_followed(stage, f"{P}/issues?per_page={size}{query}"))
    assert sorted(seen) == list(range(1, 33))


def test_headers_of_offset_pages(stage: Stage) -> None:
    _fill(stage, 43)
    answer = stage.client.rest("GET", f"{P}/issues", params={"page": 2, "labels": ""})
    found = {
        name: answer.headers[f"x-{name}"]
        for name in ("page", "per-page", "next-page", "prev-page", "total", "total-pages")
    }
    assert found == {
        "page": "2",
        "per-page": "20",
        "next-page": "3",
        "prev-page": "1",
        "total": "45",
        "total-pages": "3",
    }
    assert set(answer.links) == {"prev", "next", "first", "last"}
    assert len(answer.json()) == 20


def test_per_page_is_capped_and_totals_vanish_above_ten_thousand(stage: Stage) -> None:
    _fill(stage, 10_001)
    answer = stage.client.rest("GET", f"{P}/issues", params={"per_page": 500})
    assert len(answer.json()) == 100
    assert "x-total" not in answer.headers
    assert "last" not in answer.links


def test_keyset_tells_no_totals_and_ends_without_link(stage: Stage) -> None:
    answer = stage.client.rest("GET", f"{P}/issues", params={"pagination": "keyset"})
    assert "Link" not in answer.headers
    assert "x-total" not in answer.headers


def test_keyset_is_refused_where_gitlab_has_none(stages: Callable[..., Stage]) -> None:
    new, old = stages(version="19.3"), stages(version="18.2")
    assert new.client.rest("GET", "/groups/acme/issues", params={"pagination": "keyset"}).status_code == 405
    assert old.client.rest("GET", f"{P}/issues", params={"pagination": "keyset"}).status_code == 405


def test_offset_pages_shift_while_others_write(stage: Stage) -> None:
    _fill(stage, 40)
    stage.world.advance(60)
    stage.site.faults.shift_pages = 5
    seen = list(_followed(stage, f"{P}/issues?order_by=updated_at&per_page=10"))
    assert len(seen) == 42
    assert len(set(seen)) < 42


def test_graphql_gives_at_most_a_hundred_and_refuses_a_bad_cursor(stage: Stage) -> None:
    _fill(stage, 120)
    query = 'query Q($after: String) { project(fullPath: "acme/customers/globex/migration") { workItems(first: 500, after: $after) { count nodes { iid } } } }'
    items = stage.client.data(query)["project"]["workItems"]
    assert (len(items["nodes"]), items["count"]) == (100, 122)
    assert stage.client.graphql(query, after="nonsense")["errors"][0]["message"] == "Please provide a valid cursor"
