"""The look right before a write decides exactly-once: done, out of date, or to be taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.vocabulary import Audience
from bot.publish.closing import closed_text
from bot.publish.digest import digest
from bot.publish.marker import Identity, read_marker
from bot.publish.posts import HealthStanding, Post
from bot.publish.precheck import (
    Ground,
    Obstacle,
    examine,
    examine_labels,
    examine_reaction,
    stored_otherwise,
    successor,
)
from bot.publish.steps import Step
from tests.publish.scripted import MONTH, WHAT, post, step, text_of

DRAFT = replace(WHAT, draft=True)


def look(wanted: Step, *posts: Post) -> tuple[str, int | None]:
    found = examine(wanted, posts)
    return found.state, found.post.id if found.post else None


def clearing(found: Post, action: str = "remove", **fields: Any) -> Step:
    values = {"post": found.id, "expects": digest(found.body), "needs_other": True, **fields}
    return step(action, identity=found.marker.identity, **values)


@pytest.mark.parametrize(
    ("posts", "state", "found"),
    [
        ((), "go", None),
        ((post(7),), "done", 7),
        ((post(9), post(7)), "done", 7),
        ((post(7, "Other."),), "stale", 7),
        ((post(8, "Other."), post(6, "Third.")), "stale", 6),
        ((post(8, "Other."), post(9)), "done", 9),
        ((post(5),), "go", None),  # it stood when the plan was made
        ((post(7, own=False),), "go", None),
        ((post(7, duplicate_of="3"),), "go", None),
        ((post(7, identity=DRAFT),), "go", None),
        ((post(7, identity=replace(WHAT, period="2026-W46")),), "go", None),
        ((post(7, identity=replace(WHAT, period="2026-W48")),), "go", None),
    ],
)
def test_a_new_text_is_written_once(posts: tuple[Post, ...], state: str, found: int | None) -> None:
    for action in ("create", "ask"):
        assert look(step(action, knows=(5,)), *posts) == (state, found)


@pytest.mark.parametrize("n", range(8))
def test_other_words_are_other_words_whatever_their_digest(n: int) -> None:
    other = post(7, f"Otherwise, {n}.")
    assert look(step("create"), other) == ("stale", 7)
    wanted = step("update", "After.", post=7, expects=digest(post(7, "Before.").body))
    for expects in (wanted.expects, "0", "~"):
        assert look(replace(wanted, expects=expects), other) == ("stale", 7)


def test_who_overtook_a_new_text_is_told() -> None:
    assert examine(step("create"), [post(8, "Other."), post(6, "Third.")]).reason == "another run wrote 6 meanwhile"


@pytest.mark.parametrize(
    ("posts", "state", "found"),
    [
        ((), "stale", None),
        ((post(8, "Before."),), "stale", None),
        ((post(7, "Before.", own=False),), "stale", None),
        ((post(7, "Before.", form="issue"),), "stale", None),
        ((post(7, "Before."),), "go", 7),
        ((post(7, "After."),), "done", 7),
        ((post(7, "Something else."),), "stale", 7),
    ],
)
def test_an_update_goes_to_the_very_text_that_was_planned_for(
    posts: tuple[Post, ...], state: str, found: int | None
) -> None:
    wanted = step("update", "After.", post=7, expects=digest(post(7, "Before.").body))
    assert look(wanted, *posts) == (state, found)


def test_an_update_of_an_issue_takes_no_note_of_the_same_number() -> None:
    note, issue = post(7, "Before."), post(7, "Before.", identity=MONTH)
    wanted = step("update", "After.", identity=MONTH, post=7, expects=digest(issue.body))
    assert look(wanted, note) == ("stale", None)
    assert look(wanted, note, issue) == ("go", 7)


COPY, OTHER = post(9), post(7)


@pytest.mark.parametrize(
    ("wanted", "posts", "state"),
    [
        (clearing(COPY), (COPY, OTHER), "go"),
        (clearing(OTHER), (COPY, OTHER), "go"),
        (clearing(COPY), (OTHER,), "done"),
        (clearing(COPY), (COPY,), "stale"),
        (clearing(COPY), (COPY, replace(OTHER, own=False)), "stale"),
        (clearing(COPY), (COPY, post(7, identity=DRAFT)), "stale"),
        (clearing(COPY), (COPY, post(7, duplicate_of="9")), "stale"),
        (clearing(COPY), (replace(COPY, body="Somebody wrote here."), OTHER), "stale"),
        (clearing(COPY, needs_other=False), (COPY,), "go"),
        (clearing(post(9, notes="Mine.")), (post(9, notes="Mine."), OTHER), "stale"),
        (clearing(post(9, notes="Mine.")), (post(9, notes="Mine."), post(7, notes="Mine. And more.")), "go"),
        (clearing(post(9, notes="Mine."), needs_other=False), (post(9, notes="Mine."),), "go"),
    ],
)
def test_a_copy_goes_only_while_another_stands_that_holds_what_people_wrote(
    wanted: Step, posts: tuple[Post, ...], state: str
) -> None:
    assert look(wanted, *posts)[0] == state


@pytest.mark.parametrize("end", ["duplicate_of", "followed_by"])
def test_an_issue_is_closed_once(end: str) -> None:
    closed = post(9, identity=MONTH, **{end: "7"})
    wanted = clearing(closed, "close", needs_other=False)
    assert look(wanted, closed) == ("done", 9)
    assert look(wanted, post(9, identity=MONTH)) == ("stale", 9)
    removing = clearing(post(9, followed_by="7"), needs_other=False)
    assert look(removing, post(9, followed_by="7")) == ("go", 9), "a note that is to go is not gone by its marker"


@pytest.mark.parametrize(
    ("present", "health", "state"),
    [
        (("red",), HealthStanding(("red",), ()), "done"),
        (("red", "green"), HealthStanding(("red", "green"), ("red", "green")), "go"),
        (("green",), HealthStanding(("green",), ("green",)), "go"),
        (("green",), HealthStanding(("green",), ()), "stale"),
        ((), HealthStanding(), "go"),
    ],
)
def test_labels_are_changed_only_where_no_person_set_one(
    present: tuple[str, ...], health: HealthStanding, state: str
) -> None:
    wanted = step("label", labels=("red",), remove_labels=("green",))
    assert examine_labels(wanted, present, health).state == state


def test_labels_that_stand_among_others_are_not_set_again() -> None:
    wanted = step("label", labels=("health::on track",), remove_labels=("health::at risk",))
    for present, state in (
        ({"health::on track", "PSProject"}, "done"),
        ({"health::on track"}, "done"),
        ({"health::on track", "health::at risk"}, "go"),
        ({"PSProject"}, "go"),
    ):
        assert examine_labels(wanted, present, HealthStanding()).state == state, present


def test_whose_label_stands_is_told() -> None:
    health = HealthStanding(("green", "yellow"), ())
    assert examine_labels(step("label", labels=("red",)), ("green", "yellow"), health).reason == "a person set green"


def test_a_reaction_is_given_once() -> None:
    wanted = step("react", labels=("white_check_mark",))
    assert examine_reaction(wanted, ()) == Obstacle(Ground.GO)
    assert examine_reaction(wanted, ("question",)).state == "go"
    assert examine_reaction(wanted, ("question", "white_check_mark")).state == "done"
    assert examine_reaction(wanted, ("white_check_mark",)).state == "done"


def test_white_space_is_no_other_text() -> None:
    wanted = step("create")
    assert stored_otherwise(wanted, replace(post(), body=wanted.body.replace("\n", "  \r\n"))) is None
    for other in (wanted.body + "\nmore", "A", "Z"):
        assert stored_otherwise(wanted, replace(post(), body=other)) is not None
    assert stored_otherwise(replace(wanted, body=""), post()) is None


def issue(number: int, period: str = "2026-10", **fields: Any) -> Post:
    return post(number, identity=replace(MONTH, period=period), **fields)


OLD = issue(5)


@pytest.mark.parametrize(
    ("posts", "found"),
    [
        ((OLD,), None),
        ((OLD, issue(3)), 3),
        ((OLD, issue(3), issue(2)), 2),
        ((OLD, issue(8)), None),  # a younger copy closes for the older one, not the other way round
        ((OLD, issue(8, "2026-11")), 8),
        ((OLD, issue(8, "2026-12"), issue(9, "2026-11")), 9),
        ((OLD, issue(9, "2026-11"), issue(8, "2026-11")), 8),
        ((OLD, issue(4, "2026-09")), None),
        ((OLD, issue(3), issue(8, "2026-11")), 3),
        ((OLD, issue(8, "2026-11", own=False)), None),
        ((OLD, issue(8, "2026-11", duplicate_of="9")), None),
        ((OLD, post(8, identity=replace(WHAT, period="2026-11"))), None),
        ((OLD, issue(8, "2026-11", form="note")), None),
        ((OLD, post(8, identity=Identity("quarterly", Audience.INTERNAL, "", "2026-11"), form="issue")), None),
        ((OLD, post(8, identity=replace(MONTH, period="2026-11", portfolio="other"))), None),
        ((OLD, post(3, identity=replace(MONTH, portfolio="other"))), None),
        ((OLD, post(3, identity=replace(MONTH, audience="a"))), None),
        ((OLD, post(8, identity=replace(MONTH, period="2026-11", audience=Audience.CUSTOMER))), None),
    ],
)
def test_an_issue_is_closed_for_an_older_copy_or_the_next_period(posts: tuple[Post, ...], found: int | None) -> None:
    other = successor(OLD, posts)
    assert (other.id if other else None) == found


def test_a_closed_issue_says_for_which_other_one() -> None:
    copy = closed_text(OLD, issue(3))
    assert "#3" in copy.split("\n")[0]
    marker = read_marker(copy)
    assert marker
    assert (marker.duplicate_of, marker.followed_by) == ("3", "")
    ended = closed_text(OLD, issue(8, "2026-11"))
    marker = read_marker(ended)
    assert marker
    assert (marker.duplicate_of, marker.followed_by) == ("", "8")
    assert "Continued in #8." in ended
    with pytest.raises(ValueError, match="marker"):
        closed_text(replace(OLD, body="no marker"), issue(3))


def test_a_text_is_its_words() -> None:
    assert text_of("On track.", MONTH) == issue(1).body
